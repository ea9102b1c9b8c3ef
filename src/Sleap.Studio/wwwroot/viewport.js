// The way from pixels of the picture to pixels of the screen and back. Centers of the picture's pixels are whole
// numbers, so that its left edge is at -0.5.

const MAX_SCALE = 64;
const FIT_MARGIN = 0.97;

export class Viewport {
  scale = 1;
  /** Where the picture's top left corner is on the screen. */
  left = 0;
  top = 0;
  /** Whether the whole picture is shown, which then stays so when the window changes. */
  isFitted = true;

  constructor() {
    this.picture = { width: 1, height: 1 };
    this.screen = { width: 1, height: 1 };
  }

  toScreen = (x, y) => [(x + 0.5) * this.scale + this.left, (y + 0.5) * this.scale + this.top];

  toPicture = (x, y) => [(x - this.left) / this.scale - 0.5, (y - this.top) / this.scale - 0.5];

  resize(screen, picture) {
    const isSame =
      screen.width === this.screen.width &&
      screen.height === this.screen.height &&
      picture.width === this.picture.width &&
      picture.height === this.picture.height;
    if (isSame) return;
    const isOther = picture.width !== this.picture.width || picture.height !== this.picture.height;
    [this.screen, this.picture] = [screen, picture];
    if (this.isFitted || isOther) this.fit();
  }

  fit() {
    const { width, height } = this.picture;
    this.#show(-0.5, -0.5, width - 0.5, height - 0.5, FIT_MARGIN);
    this.isFitted = true;
  }

  /** Shows a rectangle of the picture as large as the screen allows. */
  fitTo(x0, y0, x1, y1) {
    this.#show(x0, y0, x1, y1, 0.9);
    this.isFitted = false;
  }

  zoom(factor, x = this.screen.width / 2, y = this.screen.height / 2) {
    const least = Math.min(0.02, this.#fittingScale());
    const scale = Math.min(MAX_SCALE, Math.max(least, this.scale * factor));
    this.left = x - (x - this.left) * (scale / this.scale);
    this.top = y - (y - this.top) * (scale / this.scale);
    this.scale = scale;
    this.isFitted = false;
  }

  pan(x, y) {
    this.left += x;
    this.top += y;
    this.isFitted = false;
  }

  #fittingScale() {
    return Math.min(this.screen.width / this.picture.width, this.screen.height / this.picture.height);
  }

  #show(x0, y0, x1, y1, margin) {
    const { width, height } = this.screen;
    const scale = margin * Math.min(width / Math.max(x1 - x0, 4), height / Math.max(y1 - y0, 4));
    this.scale = Math.min(MAX_SCALE, scale);
    this.left = width / 2 - ((x0 + x1) / 2 + 0.5) * this.scale;
    this.top = height / 2 - ((y0 + y1) / 2 + 0.5) * this.scale;
  }
}
