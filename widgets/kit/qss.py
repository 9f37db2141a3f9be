"""The application's stylesheet from theme tokens: what plain Qt widgets look like. Kinds are dynamic properties."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

from cockpit.paths import assets_dir
from widgets.kit.fonts import FAMILY

if TYPE_CHECKING:
    from widgets.kit.theme import Theme

# kind: primary, normal (none), chip, segment, tab, quiet (icon buttons), link; `big` makes 40 px for a decision.
_SHEET = Template("""
QWidget { color: $t1; font-family: "$family"; }
QMainWindow, QDialog, #window { background: $bg; }
QDialog { background: $s1; border: 1px solid $line2; }
QFrame[frame="panel"] { background: $s1; border: 1px solid $line; border-radius: 4px; }
QFrame[frame="bar"] { background: $s1; border: none; }
QFrame[frame="float"] { background: $s1; border: 1px solid $line2; border-radius: 4px; }
QLabel { background: transparent; }
QLabel[role="t2"] { color: $t2; }
QLabel[role="t3"] { color: $t3; }
QLabel[style="small"] { font-size: 12px; }
QLabel[style="axis"] { font-size: 11px; }
QLabel[style="row_title"] { font-size: 14px; font-weight: 700; }
QLabel[style="title"] { font-size: 18px; font-weight: 700; }
QToolTip { background: $s3; color: $t1; border: 1px solid $line2; padding: 4px 8px; font-size: 12px; }
QScrollArea, QAbstractScrollArea { background: transparent; border: none; }
QLineEdit, QPlainTextEdit, QTextEdit { background: $field; color: $t1; border: 1px solid $line2; border-radius: 4px;
  padding: 0 8px; selection-background-color: $acc; selection-color: $acc_ink; placeholder-text-color: $t3; }
QLineEdit { min-height: 26px; }
QLineEdit:hover { border-color: $t3; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus { border: 2px solid $acc; padding: 0 7px; }
QLineEdit:focus { min-height: 24px; }
QLineEdit:disabled { background: $s1; border-color: $line; color: $t3; }
QPushButton, QToolButton { background: $button; color: $t1; border: 1px solid $line2; border-radius: 4px;
  min-height: 26px; padding: 0 12px; }
QPushButton:hover, QToolButton:hover { background: $s3; border-color: $t3; }
QPushButton:focus, QToolButton:focus { border: 2px solid $acc; min-height: 24px; padding: 0 11px; }
QPushButton:pressed, QToolButton:pressed, QPushButton:checked, QToolButton:checked {
  background: $acc_bg; border-color: $acc; color: $acc; }
QPushButton:disabled, QToolButton:disabled { background: transparent; border-color: $line; color: $t3; }
QPushButton[kind="primary"] { background: $acc; border-color: $acc; color: $acc_ink; font-weight: 700;
  padding: 0 16px; }
QPushButton[kind="primary"]:hover { border-color: $t1; }
QPushButton[kind="primary"]:focus { border: 2px solid $t1; padding: 0 15px; }
QPushButton[kind="primary"]:disabled { background: transparent; border-color: $line; color: $t3; }
QPushButton[big="true"] { min-height: 38px; font-size: 14px; }
QPushButton[big="true"]:focus { min-height: 36px; }
QPushButton[kind="chip"] { min-height: 22px; padding: 0 8px; font-size: 12px; }
QPushButton[kind="chip"]:focus { min-height: 20px; padding: 0 7px; }
QPushButton[kind="segment"] { border-radius: 0; min-height: 26px; padding: 0 12px; color: $t2;
  background: transparent; }
QPushButton[kind="segment"]:checked { background: $s3; color: $t1; border-color: $line2; font-weight: 700; }
QPushButton[kind="quiet"], QToolButton[kind="quiet"] { background: transparent; border: 1px solid transparent;
  padding: 0 4px; color: $t2; }
QPushButton[kind="quiet"]:hover, QToolButton[kind="quiet"]:hover { background: $s3; color: $t1; }
QPushButton[kind="quiet"]:focus, QToolButton[kind="quiet"]:focus { border: 2px solid $acc; padding: 0 3px; }
QPushButton[kind="tab"] { background: transparent; border: none; border-bottom: 2px solid transparent;
  border-radius: 0; min-height: 31px; padding: 2px 4px 0 4px; color: $t2; font-size: 14px; font-weight: 700; }
QPushButton[kind="tab"]:hover { color: $t1; }
QPushButton[kind="tab"]:checked { color: $t1; border-bottom: 2px solid $acc; }
QPushButton[kind="tab"]:focus { border: 2px solid $acc; border-radius: 4px; min-height: 28px; padding: 0 2px; }
QToolButton::menu-indicator, QPushButton::menu-indicator { image: none; width: 0; }
QMenu { background: $s3; border: 1px solid $line2; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 3px; background: transparent; color: $t1; }
QMenu::item:selected { background: $acc_bg; color: $acc; }
QMenu::item:disabled { color: $t3; }
QMenu::separator { height: 1px; background: $line2; margin: 4px 8px; }
QCheckBox { spacing: 8px; background: transparent; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid $line2; border-radius: 3px; background: $field; }
QCheckBox::indicator:hover { border-color: $t3; }
QCheckBox::indicator:checked { background: $acc; border-color: $acc; image: url("$check"); }
QCheckBox:focus { outline: none; color: $acc; }
QCheckBox:disabled { color: $t3; }
QLineEdit[wrong="true"] { border: 2px solid $red_text; padding: 0 7px; min-height: 24px; }
QComboBox { background: $field; color: $t1; border: 1px solid $line2; border-radius: 4px; min-height: 26px;
  padding: 0 8px; }
QComboBox:hover { border-color: $t3; }
QComboBox:focus { border: 2px solid $acc; min-height: 24px; padding: 0 7px; }
QComboBox:disabled { background: $s1; border-color: $line; color: $t3; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url("$icons/down-$theme.svg"); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: $s3; color: $t1; border: 1px solid $line2; outline: none;
  selection-background-color: $acc_bg; selection-color: $acc; }
QListWidget { background: $field; border: 1px solid $line; border-radius: 4px; }
QListWidget::item { padding: 4px 8px; }
QListWidget::item:selected { background: $acc_bg; color: $t1; }
QListWidget::indicator { width: 14px; height: 14px; border: 1px solid $line2; border-radius: 3px; background: $field; }
QListWidget::indicator:checked { background: $acc; border-color: $acc; image: url("$check"); }
QRadioButton { spacing: 8px; background: transparent; }
QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid $line2; border-radius: 8px; background: $field; }
QRadioButton::indicator:hover { border-color: $t3; }
QRadioButton::indicator:checked { width: 6px; height: 6px; border: 5px solid $acc; border-radius: 8px; }
QRadioButton:focus { outline: none; color: $acc; }
QRadioButton:disabled { color: $t3; }
QSlider:horizontal { min-height: 22px; }
QSlider::groove:horizontal { height: 4px; background: $line2; border-radius: 2px; }
QSlider::sub-page:horizontal { height: 4px; background: $acc; border-radius: 2px; }
QSlider::handle:horizontal { width: 12px; height: 12px; margin: -4px 0; border-radius: 6px; background: $t1; }
QSlider::handle:horizontal:focus { background: $acc; border: 2px solid $t1; width: 10px; height: 10px;
  margin: -5px 0; border-radius: 7px; }
QProgressBar { background: $line2; border: none; border-radius: 3px; }
QProgressBar::chunk { background: $acc; border-radius: 3px; }
QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 8px; margin: 0; }
QScrollBar:horizontal { height: 8px; margin: 0; }
QScrollBar::handle { background: $line2; border-radius: 3px; margin: 1px; }
QScrollBar::handle:hover { background: $t3; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {
  background: transparent; border: none; width: 0; height: 0; }
QListView { background: transparent; border: none; outline: none; }
QHeaderView { background: $s1; }
QHeaderView::section { background: $s1; color: $t2; border: none; border-bottom: 1px solid $line2; padding: 4px 6px; }
QSplitter::handle { background: $bg; }
QFileDialog { backward-icon: url("$icons/files-back-$theme.svg"); forward-icon: url("$icons/files-forward-$theme.svg");
  filedialog-parent-directory-icon: url("$icons/files-up-$theme.svg");
  filedialog-new-directory-icon: url("$icons/files-newfolder-$theme.svg");
  filedialog-listview-icon: url("$icons/files-list-$theme.svg");
  filedialog-detailedview-icon: url("$icons/files-details-$theme.svg"); }
QFileDialog QToolButton { padding: 0 4px; }
""")


def stylesheet(theme: Theme) -> str:
    icons = (assets_dir() / "icons").as_posix()
    own = {"icons": icons, "theme": theme.name, "check": f"{icons}/check-{theme.name}.svg", "family": FAMILY}
    return _SHEET.substitute({name: theme.hex(name) for name in theme.colors()}, **own)
