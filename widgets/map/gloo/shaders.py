"""The programs, GLSL 1.30. Colours leave them with alpha multiplied in."""

from __future__ import annotations

_VIEW = """
#version 130
uniform vec2 u_centre;  // of the view, metres from the drawing's origin
uniform float u_scale;  // device pixels a metre
uniform vec2 u_size;    // of the view, device pixels
uniform vec4 u_tile;    // left, top, width, height of the part that is drawn, device pixels
uniform float u_opacity;
uniform float u_dpr;
vec2 pixel(vec2 at) {
    return vec2((at.x - u_centre.x) * u_scale + u_size.x * 0.5, u_size.y * 0.5 - (at.y - u_centre.y) * u_scale);
}
vec4 clip(vec2 px) {
    vec2 q = (px - u_tile.xy) / u_tile.zw * 2.0 - 1.0;
    return vec4(q.x, -q.y, 0.0, 1.0);
}
vec2 window(vec2 px) {
    return vec2(px.x - u_tile.x, u_tile.w - (px.y - u_tile.y));
}
"""
_PALETTE = """
uniform sampler2D u_palette;  // row 0: colours; row 1: red where hatched, not filled
vec4 colour(float index) {
    vec4 c = texelFetch(u_palette, ivec2(int(index + 0.5), 0), 0);
    float a = c.a * u_opacity;
    return vec4(c.rgb * a, a);
}
float hatched(float index) {
    return texelFetch(u_palette, ivec2(int(index + 0.5), 1), 0).r;
}
"""

_POINTS = """
in float a_x;
in float a_y;
in float a_color;
uniform float u_point;  // device pixels
flat out vec4 v_color;
"""
_POINT_OUT = """
    gl_Position = clip(pixel(at));
    gl_PointSize = u_point > 2.5 ? u_point + 1.0 : u_point;
    v_color = colour(a_color);
}
"""
POINTS_STILL = _VIEW + _PALETTE + _POINTS + "void main() {\n    vec2 at = vec2(a_x, a_y);" + _POINT_OUT
POINTS_MOVING = (
    _VIEW
    + _PALETTE
    + _POINTS
    + """
in float a_vx;
in float a_vy;
uniform float u_ago;  // seconds since the places held
void main() {
    vec2 at = vec2(a_x, a_y) + vec2(a_vx, a_vy) * u_ago;"""
    + _POINT_OUT
)
POINTS_FRAGMENT = """
#version 130
uniform float u_point;
flat in vec4 v_color;
void main() {
    float cover = 1.0;
    if (u_point > 2.5) {
        float far = length(gl_PointCoord - 0.5) * (u_point + 1.0);
        cover = clamp(u_point * 0.5 - far + 0.5, 0.0, 1.0);
    }
    gl_FragColor = v_color * cover;
}
"""

SPRITES = (
    _VIEW
    + """
in vec2 a_corner;  // 0 to 1, once for all
in float a_x;
in float a_y;
in float a_turn;   // degrees clockwise
in vec4 a_rect;    // left, top, width, height in the atlas, pixels
in vec3 a_hold;    // what stands on the place, logical pixels from the upper left; pixels a logical pixel
in float a_shown;  // 1 or 0
uniform vec2 u_atlas;
out vec2 v_at;
void main() {
    vec2 px = pixel(vec2(a_x, a_y));
    vec2 size = a_rect.zw * (u_dpr / a_hold.z);
    vec2 anchor = a_hold.xy * u_dpr;
    vec2 at;
    if (a_turn == 0.0) {
        at = floor(px - anchor + 0.5) + a_corner * size;
    } else {
        float s = sin(radians(a_turn)), c = cos(radians(a_turn));
        vec2 d = a_corner * size - anchor;
        at = px + vec2(d.x * c - d.y * s, d.x * s + d.y * c);
    }
    gl_Position = a_shown > 0.5 ? clip(at) : vec4(2.0, 2.0, 2.0, 1.0);
    v_at = (a_rect.xy + a_corner * a_rect.zw) / u_atlas;
}
"""
)
SPRITES_FRAGMENT = """
#version 130
uniform sampler2D u_pictures;
uniform float u_opacity;
in vec2 v_at;
void main() {
    gl_FragColor = texture(u_pictures, v_at) * u_opacity;
}
"""

LINES = (
    _VIEW
    + _PALETTE
    + """
in vec2 a_corner;     // along 0 to 1, across -1 to 1, once for all
in vec2 a_before;     // the point before; the same as a_from at the start of a line
in vec2 a_from;
in vec2 a_to;
in vec2 a_after;
in vec3 a_more;       // metres of the line before a_from, colour, width in logical pixels
uniform float u_wide; // factor of all widths
uniform vec2 u_width; // the least, and a width in place of the line's own where not negative; logical pixels
uniform vec4 u_one;   // a colour in place of the line's own where its alpha is not negative
flat out vec2 v_before;
flat out vec2 v_from;
flat out vec2 v_to;
flat out vec2 v_after;
flat out vec4 v_color;
flat out float v_half;
flat out float v_far;
void main() {
    vec2 a = pixel(a_from), b = pixel(a_to);
    vec2 way = b - a;
    float far = length(way);
    vec2 along = far > 1e-6 ? way / far : vec2(1.0, 0.0);
    vec2 across = vec2(-along.y, along.x);
    float width = (u_width.y < 0.0 ? a_more.z : u_width.y) * u_wide;
    v_half = max(width, u_width.x) * u_dpr * 0.5;
    float reach = v_half + 1.0;
    vec2 at = mix(a - along * reach, b + along * reach, a_corner.x) + across * a_corner.y * reach;
    gl_Position = clip(at);
    v_before = window(pixel(a_before));
    v_from = window(a);
    v_to = window(b);
    v_after = window(pixel(a_after));
    v_far = a_more.x * u_scale;
    v_color = u_one.a < 0.0 ? colour(a_more.y) : vec4(u_one.rgb * u_one.a * u_opacity, u_one.a * u_opacity);
}
"""
)
LINES_FRAGMENT = """
#version 130
uniform vec4 u_dash;   // on, off, on, off, device pixels
uniform float u_round; // length of all of it; 0 for a whole line
uniform float u_run;   // device pixels that the dashes have run
flat in vec2 v_before;
flat in vec2 v_from;
flat in vec2 v_to;
flat in vec2 v_after;
flat in vec4 v_color;
flat in float v_half;
flat in float v_far;
// Where two pieces meet, each pixel is one piece's alone: what is half transparent must not be drawn twice.
vec2 turn(vec2 a, vec2 b, vec2 c) {
    vec2 u = b - a, v = c - b;
    float lu = length(u), lv = length(v);
    if (lu < 1e-4 || lv < 1e-4) return vec2(0.0);
    return u / lu + v / lv;
}
void main() {
    vec2 p = gl_FragCoord.xy;
    vec2 start = turn(v_before, v_from, v_to), end = turn(v_from, v_to, v_after);
    if (dot(start, start) > 0.01 && dot(p - v_from, start) <= 0.0) discard;
    if (dot(end, end) > 0.01 && dot(p - v_to, end) > 0.0) discard;
    vec2 way = v_to - v_from;
    float far = length(way);
    vec2 along = far > 1e-6 ? way / far : vec2(1.0, 0.0);
    float t = dot(p - v_from, along);
    float away = length(p - v_from - along * clamp(t, 0.0, far));
    float cover = clamp(v_half - away + 0.5, 0.0, 1.0);
    if (u_round > 0.0) {
        if (t < -0.5 || t > far + 0.5) discard;
        float s = mod(v_far + t - u_run, u_round);
        float first = u_dash.x, second = u_dash.x + u_dash.y, third = second + u_dash.z;
        float in_one = min(s, first - s), in_two = min(s - second, third - s);
        in_one = max(in_one, s - u_round); // the next round's beginning
        cover *= clamp(max(in_one, u_dash.z > 0.0 ? in_two : -1.0) + 0.5, 0.0, 1.0);
    }
    if (cover <= 0.0) discard;
    gl_FragColor = v_color * cover;
}
"""

POLYGONS = (
    _VIEW
    + _PALETTE
    + """
in vec2 a_at;
in float a_color;
uniform vec4 u_one;
flat out vec4 v_color;
flat out float v_hatch;
void main() {
    gl_Position = clip(pixel(a_at));
    v_color = u_one.a < 0.0 ? colour(a_color) : vec4(u_one.rgb * u_one.a * u_opacity, u_one.a * u_opacity);
    v_hatch = u_one.a < 0.0 ? hatched(a_color) : 0.0;
}
"""
)
POLYGONS_FRAGMENT = """
#version 130
uniform vec4 u_tile;
uniform float u_hatch_all;
flat in vec4 v_color;
flat in float v_hatch;
void main() {
    if (v_hatch + u_hatch_all > 0.5) {
        vec2 px = vec2(gl_FragCoord.x + u_tile.x, u_tile.w - gl_FragCoord.y + u_tile.y);
        if (mod(floor(px.x) + floor(px.y), 8.0) > 0.5) discard;
    }
    gl_FragColor = v_color;
}
"""

WALLS = (
    _VIEW
    + _PALETTE
    + """
in vec3 a_at;      // metres; over ground
in vec2 a_more;    // colour, light 0 to 1
uniform float u_rise;  // device pixels that a metre of height goes up
uniform float u_tall;  // metres of the highest
uniform vec4 u_one;
flat out vec4 v_color;
void main() {
    vec2 px = pixel(a_at.xy);
    gl_Position = clip(px - vec2(0.0, a_at.z * u_rise));
    gl_Position.z = 0.9 - 1.8 * a_at.z / u_tall;  // seen from above and the south: of two, the higher hides the other
    vec4 c = u_one.a < 0.0 ? colour(a_more.x) : vec4(u_one.rgb * u_one.a * u_opacity, u_one.a * u_opacity);
    v_color = vec4(c.rgb * a_more.y, c.a);
}
"""
)
WALLS_FRAGMENT = """
#version 130
flat in vec4 v_color;
void main() {
    gl_FragColor = v_color;
}
"""

HEAT = (
    _VIEW
    + """
in vec2 a_corner;
in float a_x;
in float a_y;
in float a_weight;
uniform float u_reach;  // device pixels
out vec2 v_off;
flat out float v_weight;
void main() {
    v_off = a_corner * 3.0;
    v_weight = a_weight;
    gl_Position = clip(pixel(vec2(a_x, a_y)) + a_corner * u_reach);
}
"""
)
HEAT_FRAGMENT = """
#version 130
in vec2 v_off;
flat in float v_weight;
void main() {
    gl_FragColor = vec4(v_weight * exp(-0.5 * dot(v_off, v_off)));
}
"""
SCREEN = """
#version 130
in vec2 a_corner;
out vec2 v_at;
void main() {
    v_at = a_corner;
    gl_Position = vec4(a_corner * 2.0 - 1.0, 0.0, 1.0);
}
"""
MOST_FRAGMENT = """
#version 130
uniform sampler2D u_density;
uniform vec2 u_from;  // its size
uniform vec2 u_into;  // size of what is drawn
void main() {
    vec2 low = floor(gl_FragCoord.xy) * u_from / u_into;
    vec2 high = (floor(gl_FragCoord.xy) + 1.0) * u_from / u_into;
    float most = 0.0;
    for (float y = floor(low.y); y < high.y; y += 1.0)
        for (float x = floor(low.x); x < high.x; x += 1.0)
            most = max(most, texelFetch(u_density, ivec2(x, y), 0).r);
    gl_FragColor = vec4(most);
}
"""
RAMP_FRAGMENT = """
#version 130
uniform sampler2D u_density;
uniform sampler2D u_most;
uniform sampler2D u_ramp;
uniform float u_full;
uniform float u_opacity;
in vec2 v_at;
void main() {
    float full = u_full > 0.0 ? u_full : texelFetch(u_most, ivec2(0, 0), 0).r;
    float share = full > 0.0 ? clamp(texture(u_density, v_at).r / full, 0.0, 1.0) : 0.0;
    vec4 c = texture(u_ramp, vec2(share * 255.0 / 256.0 + 0.5 / 256.0, 0.5));
    float a = c.a * u_opacity;
    gl_FragColor = vec4(c.rgb * a, a);
}
"""
PICTURE = (
    _VIEW
    + """
in vec2 a_corner;
uniform vec4 u_box;  // west, south, east, north, metres from the origin
uniform vec4 u_part; // left, top, right, bottom of the picture, 0 to 1
out vec2 v_at;
void main() {
    v_at = mix(u_part.xy, u_part.zw, a_corner);
    gl_Position = clip(pixel(vec2(mix(u_box.x, u_box.z, a_corner.x), mix(u_box.w, u_box.y, a_corner.y))));
}
"""
)
