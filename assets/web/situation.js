"use strict";
(() => {
  const told = JSON.parse(document.getElementById("told").textContent);
  const box = document.getElementById("map");
  const buttons = [...document.querySelectorAll("nav button")];
  const hidden = new Set();
  let deckView = null;
  let all = [];
  let chosen = -1;

  // how long ago it was told, by the clock of whoever looks at it
  const gone = document.getElementById("gone");
  const units = [["days", 86400], ["hours", 3600], ["minutes", 60], ["seconds", 1]];
  const age = () => {
    const seconds = Math.max(0, Math.floor((Date.now() - told.wall) / 1000));
    const [name, size] = units.find(([, n]) => seconds >= n) || units[3];
    const words = told.words["span_" + name].replace("{n}", Math.floor(seconds / size));
    if (gone.textContent !== words) gone.textContent = words;
  };
  age();
  setInterval(age, 1000);

  const draw = () => {
    if (deckView === null) return;
    const layers = all.map((layer) =>
      layer.id === "events" ? layer.clone({ data: layer.props.data.filter((one) => !hidden.has(one.l)) }) : layer
    );
    if (chosen >= 0) {
      layers.push(new deck.ScatterplotLayer({
        id: "chosen", data: [told.places[chosen]], getPosition: (p) => p, radiusUnits: "pixels", getRadius: 25,
        filled: false, stroked: true, lineWidthUnits: "pixels", getLineWidth: 2, getLineColor: told.accent,
      }));
    }
    deckView.setProps({ layers });
  };

  const choose = (n, fly) => {
    chosen = n;
    for (const button of buttons) {
      if (Number(button.dataset.n) === n) {
        button.setAttribute("aria-current", "true");
        button.scrollIntoView({ block: "nearest" });
      } else button.removeAttribute("aria-current");
    }
    if (deckView !== null && fly && n >= 0) {
      const [longitude, latitude] = told.places[n];
      const view = deckView.getViewports()[0];
      deckView.setProps({ initialViewState: { longitude, latitude, zoom: Math.max(view.zoom, 14), pitch: 0, bearing: 0 } });
    }
    draw();
  };

  for (const button of buttons) button.addEventListener("click", () => choose(Number(button.dataset.n), true));
  for (const tick of document.querySelectorAll("input[data-level]")) {
    tick.addEventListener("change", () => {
      const level = Number(tick.dataset.level);
      tick.checked ? hidden.delete(level) : hidden.add(level);
      for (const row of document.querySelectorAll(`li[data-level="${level}"]`)) row.hidden = !tick.checked;
      draw();
    });
  }

  const show = (atlas) => {
    for (const layer of told.deck.layers) if (layer.id === "events") layer.iconAtlas = atlas;
    const style = getComputedStyle(document.documentElement);
    const color = (name) => style.getPropertyValue("--" + name).trim();
    deckView = createDeck({
      container: box, jsonInput: told.deck,
      tooltip: { text: "{tip}", style: { background: color("s3"), color: color("t1"), fontSize: "12px", lineHeight: "16px", padding: "6px 10px", borderRadius: "4px", whiteSpace: "pre-line", zIndex: "2" } },
    });
    all = deckView.props.layers;
    deckView.setProps({
      onClick: (info) => {
        if (info.layer && info.layer.id === "events") choose(info.object.n, false);
        else if (!info.picked) choose(-1, false);
      },
      onAfterRender: () => {
        if (deckView.props.layers.every((layer) => layer.isLoaded)) document.documentElement.setAttribute("data-drawn", "true");
      },
    });
  };

  if (document.createElement("canvas").getContext("webgl2") === null) {
    document.getElementById("no-webgl").hidden = false;
    return;
  }
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext("2d").drawImage(image, 0, 0);
    show(canvas.toDataURL("image/png"));
  };
  image.src = told.atlas;
})();
