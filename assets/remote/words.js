// Every sentence of the remote, Chinese first, English second.
const tongue = /^zh/i.test(navigator.language || 'zh') ? 'zh' : 'en';

export function language() { return tongue; }
export function t(id, values) {
  const words = (WORDS[id] || [id, id])[tongue === 'zh' ? 0 : 1];
  return words.replace(/\{(\w+)\}/g, (_, name) => (values && values[name] !== undefined ? values[name] : ''));
}
// A text of the hall's file: {zh, en}, where only Chinese is sure to be there.
export function said(text) { return (text && (tongue === 'en' ? text.en || text.zh : text.zh || text.en)) || ''; }

const WORDS = {
  title: ['大屏遥控', 'Wall remote'],
  'tab.scenes': ['场景', 'Scenes'],
  'tab.map': ['地图', 'Map'],
  'tab.events': ['事件', 'Events'],
  'tab.point': ['指点', 'Point'],
  'tab.more': ['声音屏幕', 'Sound, screens'],
  'wall': ['大屏', 'Wall'],
  'now': ['正在显示 {scene}', 'Showing {scene}'],
  'now.by': ['{scene}，{by} 切换', '{scene}, by {by}'],
  'rehearsal': ['演练', 'Rehearsal'],
  'leave': ['退出遥控', 'Sign out'],
  'leave.do': ['再按一次退出', 'Press again to sign out'],

  'enrol.title': ['把这台设备配对为大屏遥控', 'Make this device a remote of the wall'],
  'enrol.how': ['在大屏操作台按“遥控配对”，或在主机运行 cockpit wall remote code，扫二维码或输入 8 位配对码。配对码十分钟内有效，只能用一次。',
    'At the operator\'s desk press “Pair a remote”, or run cockpit wall remote code at the hub; scan the QR code or type its 8 characters. A code is good for ten minutes, once.'],
  'enrol.code': ['配对码', 'Code'],
  'enrol.name': ['设备名称（操作台上显示）', 'Name of this device (shown at the desk)'],
  'enrol.device': ['平板', 'Tablet'],
  'enrol.do': ['配对', 'Pair'],
  'enrol.need': ['请输入配对码', 'Type the code'],
  'enrol.offline': ['连不上网关，请检查网络后再试', 'The gateway can not be reached. Check the network and try again'],
  'enrol.ended': ['遥控已到期或被收回，请重新配对', 'This remote has ended or was taken back. Pair it again'],

  'hint.lost': ['与网关中断，正在重连；大屏保持现在的画面', 'The gateway is away, connecting again; the wall keeps its picture'],
  'hint.rests': ['本遥控在太多窗口里打开，本窗口已停用；点一下即重新连接', 'This remote is open in too many windows: this one rests. Touch it to connect again'],
  'hint.away': ['主机不在，大屏保持现在的画面', 'The hub is away; the wall keeps its picture'],
  'hint.slow': ['没有应答，请再试一次', 'No answer; try again'],

  'scenes.carousel': ['轮播', 'Carousel'],
  'scenes.mode': ['模式', 'Mode'],
  'scenes.off': ['不轮播', 'None'],
  'scenes.pause': ['暂停轮播', 'Pause'],
  'scenes.go': ['继续轮播', 'Go on'],
  'scenes.before': ['上一个', 'Previous'],
  'scenes.next': ['下一个', 'Next'],
  'scenes.picture': ['大屏现在的画面', 'What the wall shows now'],
  'scenes.none': ['还没有场景。', 'There are no scenes yet.'],

  'map.how': ['拖动移动，双指缩放；方向键和 + - 也行', 'Drag to move, two fingers to zoom; arrow keys and + - too'],
  'map.city': ['全城', 'All of the city'],
  'map.in': ['放大', 'Zoom in'],
  'map.out': ['缩小', 'Zoom out'],
  'map.surface': ['大屏地图：拖动移动，双指缩放', 'Map of the wall: drag to move, two fingers to zoom'],
  'map.unknown': ['还不知道大屏地图在哪里；请先由操作台移动一次地图。', 'It is not known yet where the wall\'s map looks; have the desk move it once.'],

  'events.none': ['现在没有未结事件。', 'There are no open events now.'],
  'events.rehearsal': ['大屏正在演练：下面是演练里的事件；真实事件不列在这里，也投不上去。',
    'The wall rehearses: these are events of the rehearsal; real ones are neither listed nor put on it.'],
  'events.rehearsal_none': ['演练里现在没有未结事件。', 'There are no open events in the rehearsal now.'],
  'events.now': ['大屏跟随中', 'The wall follows it'],
  'events.off': ['不再跟随', 'Follow none'],
  'events.scene': ['同时切到“{scene}”', 'Also show “{scene}”'],
  'events.again': ['刷新', 'Renew'],
  'events.level': ['{level}级', 'Level {level}'],
  'events.nolevel': ['未定级', 'No level'],

  'point.surface': ['大屏画面：手指所在处出现光点或笔迹', 'Picture of the wall: a light spot or a line where the finger is'],
  'point.light': ['光点', 'Light spot'],
  'point.draw': ['画笔', 'Pen'],
  'point.back': ['撤销一笔', 'Undo'],
  'point.clear': ['清除', 'Clear'],
  'point.full': ['画得太多，最早的线条已擦去', 'Too much is drawn: the oldest lines are wiped off'],
  'point.how': ['按住画面，大屏上同一处出现光点；选画笔可圈画', 'Hold a place and the spot is there on the wall; choose the pen to draw'],

  'more.volume': ['音量', 'Volume'],
  'more.mute': ['静音', 'Mute'],
  'more.blank': ['黑屏', 'Blank'],
  'more.freeze': ['定格', 'Freeze'],
  'more.identify': ['显示编号', 'Numbers'],
  'more.live': ['全部收回', 'Take all back'],
  'more.screens': ['屏幕', 'Screens'],
  'more.all': ['全部', 'All'],
  'more.screen': ['屏 {n}', 'Screen {n}'],
  'more.presenter': ['演示遥控不能黑屏、定格或换模式；需要时请找操作台。', 'A presenter\'s remote does not blank, freeze or change the mode; ask the desk.'],
  'more.as': ['{name}，{role}', '{name}, {role}'],
  'role.presenter': ['演示', 'presenter'],
  'role.operator': ['操作', 'operator'],
};
