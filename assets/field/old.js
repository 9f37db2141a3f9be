// A browser without modules (before 2018): ES5 only, and one sentence.
(function () {
  var place = document.getElementById('opening');
  document.addEventListener('DOMContentLoaded', function () {
    place = place || document.getElementById('opening');
    place.textContent = '这个浏览器太旧，打不开这个页面。请用 Chrome 80、Safari 14 或更新的浏览器。 ' +
      'This browser is too old. Please use Chrome 80, Safari 14 or newer.';
  });
}());
