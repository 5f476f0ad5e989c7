// Text on a chart that lines do not strike through.

/** `text` at x, y, with a rim in the panel's colour. */
export function haloText(ctx, text, x, y, panel) {
  const { strokeStyle, lineWidth, globalAlpha } = ctx;
  ctx.setLineDash([]);
  Object.assign(ctx, { strokeStyle: panel, lineWidth: 4, lineJoin: "round", globalAlpha: 1 });
  ctx.strokeText(text, x, y);
  ctx.fillText(text, x, y);
  Object.assign(ctx, { strokeStyle, lineWidth, globalAlpha });
}
