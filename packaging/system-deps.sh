#!/usr/bin/env bash
# Installs, by apt, the system packages that are missing. Nothing to do is the quick case and prints nothing.
#   system-deps.sh            what the program needs for a window
#   system-deps.sh --web      and what the 3D panel (extra [web]) needs
#   system-deps.sh --calls    and what telephone calls need
#   system-deps.sh --tests    and what the tests need: all of these, a virtual screen, input methods, a browser, an MQTT broker, a SIP proxy, a directory, an RTSP server, an X server with several outputs
#   --soft                    where it may not install: say so and go on (exit 0)
#   --list                    print the packages and stop
set -euo pipefail

# Qt's xcb platform and its OpenGL, as the wheel leaves them to the system
runtime=(
  libgl1-mesa-dri libegl1 libgl1 libopengl0 libglx-mesa0 libegl-mesa0
  libxcb-cursor0 libxkbcommon-x11-0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxcb-xinerama0 libxcb-image0
  libxcb-render-util0 libxcb-randr0 libxcb-sync1 libxcb-xfixes0 libxcb-xkb1 libx11-xcb1
  libdbus-1-3 libfontconfig1 libglib2.0-0
)
# what the pages of [web] leave to the system, and a browser that opens the shared page as anyone would
web=(libnss3 libasound2 libxcomposite1 libxdamage1 libxtst6 libxrandr2 libxkbfile1)
# telephones, sound, spoken orders: the program calls without them by the phone page alone
calls=(baresip-core libasound2-plugins pulseaudio-utils espeak-ng)
tests=(xvfb xdotool xauth dbus dbus-x11 ibus ibus-libpinyin fcitx5 fcitx5-chinese-addons chromium mosquitto
  pulseaudio kamailio kamailio-tls-modules sip-tester slapd ldap-utils
  python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
  gstreamer1.0-plugins-ugly
  xserver-xorg-core xserver-xorg-video-dummy x11-xserver-utils)

soft=0 list=0
wanted=("${runtime[@]}")
# only the system's own python takes ensurepip from a package
"${PYTHON:-python3}" -c 'import ensurepip' 2>/dev/null || wanted+=(python3-venv)
for option in "$@"; do
  case $option in
    --web) wanted+=("${web[@]}") ;;
    --calls) wanted+=("${calls[@]}") ;;
    --tests) wanted+=("${web[@]}" "${calls[@]}" "${tests[@]}") ;;
    --soft) soft=1 ;;
    --list) list=1 ;;
    *) echo "system-deps: unknown option $option; there are --web, --calls, --tests, --soft and --list." >&2; exit 2 ;;
  esac
done
if [ "$list" = 1 ]; then
  printf '%s\n' "${wanted[@]}"
  exit 0
fi

refuse() {
  echo "system-deps: $1" >&2
  [ "$soft" = 1 ] && exit 0
  exit 1
}

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  refuse "this is not a Debian-like system; install what corresponds to these Debian packages: ${wanted[*]}."
fi
# a name may be provided by a package of another name: libglib2.0-0 is libglib2.0-0t64 from Debian 13 on
installed=$(dpkg-query -W -f='${db:Status-Status}|${Package}, ${Provides}\n' | sed -n 's/^installed|//p' | tr ',' '\n' | sed 's/^ *//; s/ .*//')
missing=()
for package in "${wanted[@]}"; do
  grep -qxF "$package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    as_root=(sudo)
  else
    refuse "${#missing[@]} system packages are missing and installing them needs root; have this run: apt-get install -y --no-install-recommends ${missing[*]}"
  fi
fi
echo "system-deps: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq -o DPkg::Lock::Timeout=300 || true # an out-of-date list may still do
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends "${missing[@]}" >/dev/null </dev/null ||
  refuse "apt-get could not install them; see what it says above, then run: apt-get install -y --no-install-recommends ${missing[*]}"
