"use strict";
// The page of the 3D panel: draws what it is told, tells what is clicked, hovered and looked at. It asks nobody else.
const cockpit = (() => {
  const STEM = 140; // metres that an event's symbol stands above the ground
  const NAMED = 8; // columns with their names and values written on them, the highest; the others tell theirs when pointed at
  const told = { events: [], units: [], sensors: [], arcs: [], columns: { unit: "", rows: [] }, selected: ["", ""] };
  const box = document.getElementById("map");
  const tip = document.getElementById("tip");
  let bridge = null, view = null, ground = [], dress = null, atlas = null, hovered = ["", ""], pointer = [0, 0];

  const always = { depthCompare: "always", depthWriteEnabled: false };
  const is = (item, t, k) => item[0] === t && item[1] === k;
  const alpha = (color, a) => [color[0], color[1], color[2], a];

  // -- the ground -------------------------------------------------------------------------------------------------

  const read = (buffer) => {
    const size = new DataView(buffer).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, size)));
    const start = 4 + size;
    const array = (Kind, [at, count]) => new Kind(buffer, start + at, count);
    const layers = {};
    for (const [name, parts] of Object.entries(head)) {
      const coords = array(Float64Array, parts.coords), rings = array(Int32Array, parts.rings);
      const rows = [];
      if (parts.polys) {
        const polys = array(Int32Array, parts.polys), height = parts.height ? array(Float32Array, parts.height) : null;
        for (let i = 0; i + 1 < polys.length; i++) {
          const first = rings[polys[i]], last = rings[polys[i + 1]], holes = [];
          for (let r = polys[i] + 1; r < polys[i + 1]; r++) holes.push((rings[r] - first) * 2);
          if (last - first > 3) rows.push({ p: { positions: coords.subarray(first * 2, last * 2), holeIndices: holes }, h: height ? height[i] : 0 });
        }
      } else {
        for (let i = 0; i + 1 < rings.length; i++) rows.push({ p: coords.subarray(rings[i] * 2, rings[i + 1] * 2) });
      }
      layers[name] = rows;
    }
    return layers;
  };

  const WIDTHS = { rail: [6, 0.5, 2], road_service: [4, 0, 2], road_minor: [8, 0.4, 4], road_mid: [13, 0.7, 6], road_main: [20, 1.2, 9] };
  let shapes = null;

  const groundLayers = () => {
    if (shapes === null || dress === null) return [];
    const made = [];
    for (const name of ["land", "built", "park", "wood", "water"]) {
      if (shapes[name]) made.push(new deck.SolidPolygonLayer({ id: name, data: shapes[name], positionFormat: "XY", getPolygon: (d) => d.p, extruded: false, getFillColor: dress.colors[name] }));
    }
    for (const [name, [metres, least, most]] of Object.entries(WIDTHS)) {
      if (shapes[name]) made.push(new deck.PathLayer({ id: name, data: shapes[name], positionFormat: "XY", getPath: (d) => d.p, getColor: dress.colors[name], getWidth: metres, widthMinPixels: least, widthMaxPixels: most, jointRounded: true, capRounded: true }));
    }
    if (shapes.building) {
      made.push(new deck.SolidPolygonLayer({
        id: "building", data: shapes.building, positionFormat: "XY", getPolygon: (d) => d.p, extruded: true,
        getElevation: (d) => (d.h > 0 ? d.h : dress.unknown_height),
        getFillColor: (d) => (d.h > 0 ? dress.colors.building : dress.colors.building_unknown),
        material: { ambient: 0.45, diffuse: 0.55, shininess: 8, specularColor: [40, 44, 48] },
      }));
    }
    return made;
  };

  // -- what lives on it -------------------------------------------------------------------------------------------

  const livingLayers = () => {
    const c = dress.colors, chosen = told.selected;
    const most = Math.max(1e-9, ...told.columns.rows.map((d) => d.v));
    const high = (d) => Math.max(2, (d.v / most) * dress.tallest);
    const filled = told.columns.rows.filter((d) => d.v > 0);
    const named = [...filled].sort((a, b) => b.v - a.v).slice(0, NAMED);
    const ring = where(...chosen);
    return [
      new deck.ColumnLayer({
        id: "columns", data: filled, diskResolution: 4, angle: 45, radius: dress.tallest / 12, extruded: true, getPosition: (d) => d.p, getElevation: high,
        getFillColor: (d) => alpha(c.column, [90, 120, 160, 200, 235][Math.max(0, d.s)]), pickable: true,
      }),
      new deck.ColumnLayer({
        id: "sensor", data: told.sensors, diskResolution: 8, radius: 7, extruded: true, getPosition: (d) => d.p,
        getElevation: (d) => (d.s === 2 ? 60 : 30), getFillColor: (d) => [c.sensor_none, c.sensor, c.sensor_over][d.s],
        pickable: true, updateTriggers: { getFillColor: dress.name },
      }),
      new deck.ScatterplotLayer({ // its head: from afar the column is a pixel, and no pointer hits that
        id: "sensor-head", data: told.sensors, getPosition: (d) => [...d.p, d.s === 2 ? 60 : 30], billboard: true, radiusUnits: "pixels", getRadius: 4,
        getFillColor: (d) => [c.sensor_none, c.sensor, c.sensor_over][d.s], pickable: true, updateTriggers: { getFillColor: dress.name },
      }),
      new deck.ArcLayer({
        id: "arc", data: told.arcs, getSourcePosition: (d) => d.a, getTargetPosition: (d) => d.b, getHeight: 0.6,
        getSourceColor: (d) => (is(chosen, d.t, d.k) || is(chosen, "unit", d.u) ? c.acc : c.arc),
        getTargetColor: (d) => (is(chosen, d.t, d.k) || is(chosen, "unit", d.u) ? c.acc : c.arc),
        getWidth: (d) => (is(chosen, d.t, d.k) || is(chosen, "unit", d.u) ? 4 : 2.5), pickable: true,
        updateTriggers: { getSourceColor: [chosen.join(), dress.name], getTargetColor: [chosen.join(), dress.name], getWidth: chosen.join() },
      }),
      new deck.LineLayer({ id: "stem", data: told.events, getSourcePosition: (d) => [...d.p, 0], getTargetPosition: (d) => [...d.p, STEM], getColor: (d) => c.levels[d.l], getWidth: 1.5 }),
      new deck.ScatterplotLayer({
        id: "unit", data: told.units, getPosition: (d) => d.p, billboard: true, radiusUnits: "pixels", getRadius: 5, filled: true, stroked: true,
        getFillColor: (d) => (d.b ? c.unit : c.land), getLineColor: c.unit, lineWidthUnits: "pixels", getLineWidth: 1.6, pickable: true, parameters: always,
      }),
      new deck.IconLayer({
        id: "event", data: told.events, getPosition: (d) => [...d.p, STEM], getIcon: (d) => d.i, iconAtlas: atlas, iconMapping: dress.where,
        sizeUnits: "pixels", getSize: dress.side, alphaCutoff: 0.05, pickable: true, parameters: always,
      }),
      new deck.TextLayer({
        id: "values", data: named, getPosition: (d) => [...d.p, high(d)], getText: (d) => d.n + " " + d.w, getSize: 12, getColor: c.t1,
        fontFamily: "Noto Sans SC", characterSet: "auto", fontSettings: { sdf: true, fontSize: 40, buffer: 10, radius: 14 },
        outlineWidth: 3, outlineColor: c.land, getPixelOffset: [0, -10], parameters: always,
      }),
      new deck.ScatterplotLayer({
        id: "chosen", data: ring === null ? [] : [ring], getPosition: (d) => d.p, billboard: true, radiusUnits: "pixels", getRadius: (d) => d.r,
        filled: false, stroked: true, lineWidthUnits: "pixels", getLineWidth: 2, getLineColor: c.acc, parameters: always,
      }),
    ];
  };

  const where = (t, k) => {
    const event = told.events.find((d) => d.t === t && d.k === k);
    if (event) return { p: [...event.p, STEM], r: 25 };
    const thing = t === "unit" ? told.units.find((d) => d.k === k) : t === "sensor" ? told.sensors.find((d) => d.k === k) : null;
    return thing ? { p: [...thing.p, t === "sensor" ? 30 : 0], r: 13 } : null;
  };

  let drawing = false;
  const draw = () => {
    if (drawing || view === null || dress === null || atlas === null) return;
    drawing = true;
    requestAnimationFrame(() => {
      drawing = false;
      view.setProps({ layers: [...ground, ...livingLayers()] });
    });
  };

  // -- hands ------------------------------------------------------------------------------------------------------

  const item = (info) => {
    if (!info.object) return ["", ""];
    const layer = info.layer.id;
    if (layer === "event") return [info.object.t, info.object.k];
    if (layer === "sensor-head") return ["sensor", info.object.k];
    if (layer === "unit" || layer === "sensor") return [layer, info.object.k];
    if (layer === "arc") return [info.object.t, info.object.k];
    return ["", ""];
  };

  const say = (words) => {
    tip.hidden = words === "";
    tip.textContent = words;
    tip.style.left = Math.min(pointer[0] + 14, innerWidth - tip.offsetWidth - 8) + "px";
    tip.style.top = Math.min(pointer[1] + 14, innerHeight - tip.offsetHeight - 8) + "px";
  };

  const hover = (info) => {
    pointer = [info.x, info.y];
    const now = item(info);
    box.style.cursor = now[1] ? "pointer" : "default";
    if (info.layer && info.layer.id === "columns" && info.object) say(info.object.n + "\n" + info.object.w);
    else if (now[1] === "") say("");
    if (now[0] !== hovered[0] || now[1] !== hovered[1]) {
      hovered = now;
      bridge.hovered(...now);
    }
  };

  let looked = 0;
  const tellLook = (state) => {
    clearTimeout(looked);
    const { longitude, latitude, zoom, pitch, bearing } = state;
    looked = setTimeout(() => bridge.looked(JSON.stringify({ lon: longitude, lat: latitude, zoom: zoom + 1, pitch, bearing })), 60);
  };

  const look = (to) => {
    const state = { longitude: to.lon, latitude: to.lat, zoom: to.zoom - 1, pitch: to.pitch, bearing: to.bearing, maxPitch: 75, maxZoom: 20 };
    if (view === null) {
      view = new deck.Deck({
        parent: box, initialViewState: state, controller: { inertia: dress.motion ? 250 : false, keyboard: true },
        layers: [], pickingRadius: 4, onClick: (info) => bridge.picked(...item(info)), onHover: hover,
        onViewStateChange: ({ viewState }) => tellLook(viewState), onError: (error) => bridge.failed(String(error && error.message)),
      });
      view.setProps({ onLoad: draw });
    } else {
      view.setProps({ initialViewState: state });
    }
    tellLook(state);
    draw();
  };

  addEventListener("keydown", (event) => {
    const name = event.key === "N" || event.key === "n" ? (event.shiftKey ? "previous" : "next") : { Escape: "clear", Home: "home" }[event.key];
    if (name && !event.repeat && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      bridge.pressed(name);
    }
  });

  // -- what it is told --------------------------------------------------------------------------------------------

  const put = (id, words) => { document.getElementById(id).textContent = words; };

  const legend = (rows) => {
    const aside = document.getElementById("legend");
    aside.replaceChildren(...rows.map(([words, color]) => {
      const line = document.createElement(color ? "p" : "h2");
      if (color) {
        const swatch = document.createElement("i");
        swatch.style.background = color;
        line.append(swatch);
      }
      line.append(words);
      return line;
    }));
  };

  const wear = (what) => {
    dress = what;
    for (const [name, color] of Object.entries(what.css)) document.documentElement.style.setProperty("--" + name, color);
    put("credit", what.credit);
    put("hint", what.hint);
    ground = groundLayers();
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = image.width;
      canvas.height = image.height;
      canvas.getContext("2d").drawImage(image, 0, 0);
      atlas = canvas.toDataURL("image/png");
      draw();
    };
    image.src = what.atlas;
  };

  const tell = (news) => {
    if (news.dress) wear(news.dress);
    if (news.legend) legend(news.legend);
    for (const name of ["events", "units", "sensors", "arcs", "columns", "selected"]) if (name in news) told[name] = news[name];
    if (news.ground) {
      fetch("ground.bin").then((answer) => answer.arrayBuffer()).then((buffer) => {
        shapes = read(buffer);
        ground = groundLayers();
        draw();
      });
    }
    if (news.tip && is(hovered, news.tip[0], news.tip[1])) say(news.tip[2]);
    if (news.look) look(news.look);
    draw();
  };

  const begin = () => new QWebChannel(qt.webChannelTransport, (channel) => {
    bridge = channel.objects.bridge;
    if (document.createElement("canvas").getContext("webgl2") === null) bridge.failed("webgl2");
    else bridge.began();
  });
  document.fonts.load('12px "Noto Sans SC"', "三维").then(begin, begin);

  return { tell, where, get view() { return view; }, get told() { return told; }, get drawn() { return shapes === null ? [] : Object.keys(shapes); } };
})();
