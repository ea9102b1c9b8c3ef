namespace Sleap.Transforms;

/// <summary>A gray image and its smaller copies for optical flow, each half the size of the one before.</summary>
internal sealed class FlowImage
{
    private FlowImage(List<Level> levels) => Levels = levels;

    /// <summary>The image itself, then its copies.</summary>
    public IReadOnlyList<Level> Levels { get; }

    /// <summary>Makes the copies.</summary>
    /// <param name="pixels">Height · width · channels bytes, rows first, gray or RGB.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="options">The number of copies, and the scale of the image.</param>
    public static FlowImage Of(ReadOnlySpan<byte> pixels, int height, int width, int channels, TrackingOptions options)
    {
        var gray = new float[height * width];
        if (channels == 1)
        {
            for (var i = 0; i < gray.Length; i++)
                gray[i] = pixels[i];
        }
        else
        {
            for (var i = 0; i < gray.Length; i++)
                gray[i] = (0.299f * pixels[3 * i]) + (0.587f * pixels[(3 * i) + 1]) + (0.114f * pixels[(3 * i) + 2]);
        }

        var level = new Level(gray, height, width);
        if (options.FlowScale != 1)
            level = level.Scaled(options.FlowScale);
        List<Level> levels = [level];
        // As OpenCV: no copy is smaller than a window.
        while (
            levels.Count <= options.FlowLevels
            && (level.Height + 1) / 2 > options.FlowWindow
            && (level.Width + 1) / 2 > options.FlowWindow
        )
        {
            levels.Add(level = level.Halved());
        }

        return new FlowImage(levels);
    }

    /// <summary>Gray values of one size. Coordinates outside are mirrored at the outermost pixels.</summary>
    internal sealed class Level(float[] values, int height, int width)
    {
        public int Height => height;

        public int Width => width;

        public float this[int y, int x] => values[(Mirrored(y, height) * width) + Mirrored(x, width)];

        /// <summary>Copies a square of values; any part of it may be outside.</summary>
        /// <param name="top">Its first row.</param>
        /// <param name="left">Its first column.</param>
        /// <param name="side">Its rows and columns.</param>
        /// <param name="block">Gets side · side values, rows first.</param>
        public void Copy(int top, int left, int side, Span<float> block)
        {
            var inside = left >= 0 && left + side <= width;
            for (var row = 0; row < side; row++)
            {
                var line = block.Slice(row * side, side);
                var y = Mirrored(top + row, height) * width;
                if (inside)
                {
                    values.AsSpan(y + left, side).CopyTo(line);
                }
                else
                {
                    for (var column = 0; column < side; column++)
                        line[column] = values[y + Mirrored(left + column, width)];
                }
            }
        }

        /// <summary>
        /// Half the size, rounded up, behind a binomial filter of five taps (Burt and Adelson 1983; OpenCV's pyrDown).
        /// </summary>
        public Level Halved()
        {
            var (rows, columns) = ((height + 1) / 2, (width + 1) / 2);
            float[] across = new float[height * columns],
                half = new float[rows * columns];
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < columns; x++)
                {
                    across[(y * columns) + x] = Binomial(
                        this[y, (2 * x) - 2],
                        this[y, (2 * x) - 1],
                        this[y, 2 * x],
                        this[y, (2 * x) + 1],
                        this[y, (2 * x) + 2]
                    );
                }
            }

            var middle = new Level(across, height, columns);
            for (var y = 0; y < rows; y++)
            {
                for (var x = 0; x < columns; x++)
                {
                    half[(y * columns) + x] = Binomial(
                        middle[(2 * y) - 2, x],
                        middle[(2 * y) - 1, x],
                        middle[2 * y, x],
                        middle[(2 * y) + 1, x],
                        middle[(2 * y) + 2, x]
                    );
                }
            }

            return new Level(half, rows, columns);
        }

        /// <summary>Another size, bilinear; pixel x of the result is at (x + 0.5) / scale − 0.5.</summary>
        public Level Scaled(double scale)
        {
            var (rows, columns) = (
                Math.Max(1, (int)Math.Round(height * scale)),
                Math.Max(1, (int)Math.Round(width * scale))
            );
            var scaled = new float[rows * columns];
            for (var y = 0; y < rows; y++)
            {
                for (var x = 0; x < columns; x++)
                {
                    scaled[(y * columns) + x] = At(
                        Math.Clamp(((y + 0.5) / scale) - 0.5, 0, height - 1),
                        Math.Clamp(((x + 0.5) / scale) - 0.5, 0, width - 1)
                    );
                }
            }

            return new Level(scaled, rows, columns);
        }

        private float At(double y, double x)
        {
            var (top, left) = ((int)y, (int)x);
            var (down, right) = ((float)(y - top), (float)(x - left));
            return ((1 - down) * (((1 - right) * this[top, left]) + (right * this[top, left + 1])))
                + (down * (((1 - right) * this[top + 1, left]) + (right * this[top + 1, left + 1])));
        }

        private static float Binomial(float a, float b, float c, float d, float e) =>
            (a + e + (4 * (b + d)) + (6 * c)) / 16;

        private static int Mirrored(int at, int size)
        {
            if ((uint)at < (uint)size)
                return at;
            if (size == 1)
                return 0;
            int period = 2 * (size - 1),
                place = ((at % period) + period) % period;
            return place < size ? place : period - place;
        }
    }
}
