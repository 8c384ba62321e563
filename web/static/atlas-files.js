// What can be kept of the Atlas: a picture as SVG or PNG, a table as CSV or XLSX. The same file is read by the page and
// by tests in Node: it knows neither the map nor the page.
(function (root) {
  'use strict';

  const NAMES = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;'};
  // Letters that XML cannot hold are left out.
  const escaped = (text) => String(text).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '').replace(/[&<>"]/g, (sign) => NAMES[sign]);
  const FONT = '"Noto Sans", sans-serif';
  const WIDE = 0.56; // of its height, a letter on average

  // A sheet of paper on which marks are put from above; drawn as SVG and as PNG alike.
  class Sheet {
    constructor(width) {
      this.width = width;
      this.height = 10;
      this.marks = [];
    }

    put(kind, values) { this.marks.push({kind, ...values}); }

    // Lines of text below what is there, broken between words.
    write(text, {size = 12, bold = false, left = 10} = {}) {
      const most = Math.max(8, Math.floor((this.width - left - 10) / (size * WIDE)));
      let line = '';
      const lines = [];
      for (const word of text.split(/\s+/)) {
        if (line && line.length + word.length + 1 > most) { lines.push(line); line = word; } else line = line ? `${line} ${word}` : word;
      }
      for (const each of [...lines, line]) {
        this.put('text', {x: left, y: this.height + size, text: each, size, bold, colour: '#16232b'});
        this.height += Math.round(size * 1.4);
      }
    }

    // A window of some height through which marks are seen that `draw` puts; they count from its corner.
    window(height, draw) {
      this.put('open', {y: this.height, width: this.width, height});
      draw();
      this.put('close', {});
      this.height += height + 8;
    }

    svg() {
      const style = ({fill, stroke, line = 1, alpha = 1}) => `fill="${escaped(fill ?? 'none')}"${stroke ? ` stroke="${escaped(stroke)}" stroke-width="${line}"` : ''}${alpha < 1 ? ` opacity="${alpha}"` : ''}`;
      const write = {
        open: ({y, width, height}) => `<svg x="0" y="${y}" width="${width}" height="${height}">`,
        close: () => '</svg>',
        box: (mark) => `<rect x="${mark.x}" y="${mark.y}" width="${mark.width}" height="${mark.height}" ${style(mark)}/>`,
        path: (mark) => `<path d="${mark.d}" ${style(mark)}/>`,
        dot: (mark) => `<circle cx="${mark.x}" cy="${mark.y}" r="${mark.r}" ${style(mark)}/>`,
        text: ({x, y, text, size, bold, colour, middle, halo}) => `<text x="${x}" y="${y}" font-size="${size}"${bold ? ' font-weight="bold"' : ''}${middle ? ' text-anchor="middle"' : ''}${halo ? ' stroke="#fff" stroke-width="3" stroke-linejoin="round" paint-order="stroke"' : ''} fill="${escaped(colour)}">${escaped(text)}</text>`,
        image: ({canvas, alpha}) => `<image width="${canvas.width}" height="${canvas.height}" opacity="${alpha}" href="${canvas.toDataURL()}"/>`,
      };
      return `<svg xmlns="http://www.w3.org/2000/svg" width="${this.width}" height="${this.height}" viewBox="0 0 ${this.width} ${this.height}" font-family="${escaped(FONT)}"><rect width="100%" height="100%" fill="#fff"/>${this.marks.map((mark) => write[mark.kind](mark)).join('')}</svg>`;
    }

    // The same on a canvas, some pixels to each unit: the policy of the pages lets no picture be read from a text.
    canvas(scale) {
      const canvas = document.createElement('canvas'), on = canvas.getContext('2d');
      canvas.width = this.width * scale;
      canvas.height = this.height * scale;
      on.scale(scale, scale);
      on.fillStyle = '#fff';
      on.fillRect(0, 0, this.width, this.height);
      const paint = (path, {fill, stroke, line = 1, alpha = 1}) => {
        on.globalAlpha = alpha;
        if (fill) { on.fillStyle = fill; on.fill(path, 'nonzero'); }
        if (stroke) { on.strokeStyle = stroke; on.lineWidth = line; on.stroke(path); }
        on.globalAlpha = 1;
      };
      const draw = {
        open: ({y, width, height}) => { on.save(); on.beginPath(); on.rect(0, y, width, height); on.clip(); on.translate(0, y); },
        close: () => on.restore(),
        box: (mark) => { const path = new Path2D(); path.rect(mark.x, mark.y, mark.width, mark.height); paint(path, mark); },
        path: (mark) => paint(new Path2D(mark.d), mark),
        dot: (mark) => { const path = new Path2D(); path.arc(mark.x, mark.y, mark.r, 0, 2 * Math.PI); paint(path, mark); },
        text: ({x, y, text, size, bold, colour, middle, halo}) => {
          on.font = `${bold ? 'bold ' : ''}${size}px ${FONT}`;
          on.textAlign = middle ? 'center' : 'left';
          if (halo) { on.lineWidth = 3; on.lineJoin = 'round'; on.strokeStyle = '#fff'; on.strokeText(text, x, y); }
          on.fillStyle = colour;
          on.fillText(text, x, y);
        },
        image: ({canvas: drawn, alpha}) => { on.globalAlpha = alpha; on.drawImage(drawn, 0, 0); on.globalAlpha = 1; },
      };
      for (const mark of this.marks) draw[mark.kind](mark);
      return canvas;
    }
  }

  // A text that a spreadsheet would take for a formula stands behind an apostrophe.
  const harmless = (value) => (typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : value);

  const csv = (rows) => `\ufeff${rows.map((row) => row.map((value) => `"${String(harmless(value)).replace(/"/g, '""')}"`).join(',')).join('\r\n')}\r\n`;

  // A workbook of one sheet: a ZIP of five small files, stored as they are.
  function xlsx(rows, name) {
    const cell = (value) => (typeof value === 'number' && Number.isFinite(value) ? `<c><v>${value}</v></c>` : `<c t="inlineStr"><is><t xml:space="preserve">${escaped(value)}</t></is></c>`);
    const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>', main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main', office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships', links = 'http://schemas.openxmlformats.org/package/2006/relationships', kind = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
    return zip({
      '[Content_Types].xml': `${head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${kind}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${kind}.worksheet+xml"/></Types>`,
      '_rels/.rels': `${head}<Relationships xmlns="${links}"><Relationship Id="r1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
      'xl/workbook.xml': `${head}<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="${escaped(name.replace(/[[\]:*?/\\']/g, ' ').slice(0, 31))}" sheetId="1" r:id="r1"/></sheets></workbook>`,
      'xl/_rels/workbook.xml.rels': `${head}<Relationships xmlns="${links}"><Relationship Id="r1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
      'xl/worksheets/sheet1.xml': `${head}<worksheet xmlns="${main}"><sheetData>${rows.map((row) => `<row>${row.map(cell).join('')}</row>`).join('')}</sheetData></worksheet>`,
    });
  }

  const CRC = Uint32Array.from({length: 256}, (_, n) => { let sum = n; for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? 0xedb88320 ^ (sum >>> 1) : sum >>> 1; return sum; });
  const checksum = (bytes) => (bytes.reduce((sum, byte) => CRC[(sum ^ byte) & 255] ^ (sum >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;

  function zip(files) {
    const parts = [], listed = [];
    let at = 0;
    const numbers = (...pairs) => {
      const bytes = new Uint8Array(pairs.reduce((size, [width]) => size + width, 0)), view = new DataView(bytes.buffer);
      let place = 0;
      for (const [width, value] of pairs) { if (width === 2) view.setUint16(place, value, true); else view.setUint32(place, value, true); place += width; }
      return bytes;
    };
    const put = (list, ...many) => { list.push(...many); return many.reduce((size, bytes) => size + bytes.length, 0); };
    for (const [name, text] of Object.entries(files)) {
      const title = new TextEncoder().encode(name), contents = new TextEncoder().encode(text);
      const facts = [[2, 20], [2, 0x800], [2, 0], [2, 0], [2, 33], [4, checksum(contents)], [4, contents.length], [4, contents.length], [2, title.length], [2, 0]];
      put(listed, numbers([4, 0x02014b50], [2, 20], ...facts, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]), title);
      at += put(parts, numbers([4, 0x04034b50], ...facts), title, contents);
    }
    const size = listed.reduce((sum, bytes) => sum + bytes.length, 0), count = Object.keys(files).length;
    return new Blob([...parts, ...listed, numbers([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, at], [2, 0])]);
  }

  root.AtlasFiles = {Sheet, csv, xlsx};
})(typeof globalThis === 'undefined' ? self : globalThis);
