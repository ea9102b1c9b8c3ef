using System.Globalization;
using System.Text;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>A chart with axes as SVG. Values are given in units of the axes.</summary>
internal sealed class SvgChart
{
    private const double Left = 64,
        Right = 16,
        Top = 34,
        Bottom = 46,
        Rim = 6;

    // From purple over green to yellow, of equal steps of brightness: a few values of matplotlib's viridis (CC0).
    private static readonly Rgb[] HeatColors =
    [
        new(68, 1, 84),
        new(71, 44, 122),
        new(59, 81, 139),
        new(44, 113, 142),
        new(33, 144, 141),
        new(39, 173, 129),
        new(92, 200, 99),
        new(170, 220, 50),
        new(253, 231, 37),
    ];

    private readonly StringBuilder _marks = new();
    private readonly StringBuilder _legend = new();
    private readonly double _width;
    private readonly double _height;
    private double _legendAt;

    /// <param name="title">What is shown.</param>
    /// <param name="x">The range of the horizontal axis.</param>
    /// <param name="y">The range of the vertical axis, the value at the bottom first.</param>
    /// <param name="width">Of the whole chart, in pixels.</param>
    /// <param name="height">Of the whole chart.</param>
    /// <param name="left">Room for what stands left of the vertical axis.</param>
    public SvgChart(
        string title,
        (double From, double To) x,
        (double From, double To) y,
        double width = 760,
        double height = 300,
        double left = Left
    )
    {
        (Title, X, Y, _width, _height, LeftRoom) = (title, x, y, width, height, left);
        _legendAt = width - Right;
    }

    public string Title { get; }

    public (double From, double To) X { get; }

    public (double From, double To) Y { get; }

    public string XLabel { get; init; } = "";

    public string YLabel { get; init; } = "";

    /// <summary>Names of rows in place of numbers on the vertical axis, with the value of their middle.</summary>
    public IReadOnlyList<(string Name, double At)>? Rows { get; init; }

    private double LeftRoom { get; }

    /// <summary>A chain of lines; NaN breaks it.</summary>
    public void Line(IEnumerable<(double X, double Y)> points, string color, double width = 1.4, double opacity = 1)
    {
        var isDown = false;
        var path = new StringBuilder();
        foreach ((var x, var y) in points)
        {
            if (!double.IsFinite(x) || !double.IsFinite(y))
            {
                isDown = false;
                continue;
            }
            path.Append(CultureInfo.InvariantCulture, $"{(isDown ? 'L' : 'M')}{Px(x):0.#} {Py(y):0.#}");
            isDown = true;
        }
        _marks.Append(
            CultureInfo.InvariantCulture,
            $"<path d=\"{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{width:0.##}\" "
                + $"stroke-opacity=\"{opacity:0.##}\" stroke-linejoin=\"round\" stroke-linecap=\"round\"/>\n"
        );
    }

    /// <summary>A box between two corners.</summary>
    public void Box(double x1, double y1, double x2, double y2, string color, string? tip = null)
    {
        (var left, var right) = (Math.Min(Px(x1), Px(x2)), Math.Max(Px(x1), Px(x2)));
        (var top, var bottom) = (Math.Min(Py(y1), Py(y2)), Math.Max(Py(y1), Py(y2)));
        _marks.Append(
            CultureInfo.InvariantCulture,
            $"<rect x=\"{left:0.##}\" y=\"{top:0.##}\" width=\"{right - left:0.##}\" "
                + $"height=\"{bottom - top:0.##}\" fill=\"{color}\""
        );
        _marks.Append(tip is null ? "/>\n" : $"><title>{Escape(tip)}</title></rect>\n");
    }

    /// <summary>A dot at a place.</summary>
    public void Dot(double x, double y, double radius, string color, string rim) =>
        _marks.Append(
            CultureInfo.InvariantCulture,
            $"<circle cx=\"{Px(x):0.#}\" cy=\"{Py(y):0.#}\" r=\"{radius:0.#}\" fill=\"{color}\" "
                + $"stroke=\"{rim}\" stroke-width=\"1.5\"/>\n"
        );

    /// <summary>Names with their colors, at the upper right, the first one leftmost.</summary>
    public void Legend(IEnumerable<(string Name, string Color)> entries)
    {
        foreach ((var name, var color) in entries.Reverse())
        {
            var length = (name.Length * 6.6) + 22;
            if (_legendAt - length < LeftRoom + (Title.Length * 7.2))
                break;
            _legendAt -= length;
            _legend.Append(
                CultureInfo.InvariantCulture,
                $"<rect x=\"{_legendAt:0.#}\" y=\"13\" width=\"10\" height=\"10\" rx=\"2\" "
                    + $"fill=\"{color}\"/><text x=\"{_legendAt + 14:0.#}\" y=\"22\">{Escape(name)}</text>\n"
            );
        }
    }

    public override string ToString()
    {
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {_width:0.#} {_height:0.#}\" "
                + $"width=\"{_width:0.#}\" height=\"{_height:0.#}\" font-family=\"Helvetica, Arial, 'Liberation "
                + $"Sans', sans-serif\" font-size=\"12\" fill=\"#333\">\n"
        );
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<rect width=\"{_width:0.#}\" height=\"{_height:0.#}\" fill=\"#fff\"/>\n<text "
                + $"x=\"{(Rows is null ? LeftRoom : 8):0.#}\" y=\"22\" font-size=\"14\" "
                + $"font-weight=\"bold\">{Escape(Title)}</text>\n"
        );
        svg.Append(_legend);
        Axes(svg);
        // An inner image clips what is outside the axes, except for the rims of dots.
        double left = LeftRoom - Rim,
            top = Top - Rim,
            width = _width - Right - left + Rim,
            height = _height - Bottom - top + Rim;
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg x=\"{left:0.#}\" y=\"{top:0.#}\" width=\"{width:0.#}\" height=\"{height:0.#}\" "
                + $"viewBox=\"{left:0.#} {top:0.#} {width:0.#} {height:0.#}\">\n"
        );
        svg.Append(_marks).Append("</svg>\n</svg>\n");
        return svg.ToString();
    }

    /// <summary>Values for an axis: 1, 2 or 5 times a power of ten apart, about as many as wanted.</summary>
    public static IReadOnlyList<double> Ticks(double from, double to, int wanted)
    {
        (var low, var high) = (Math.Min(from, to), Math.Max(from, to));
        if (!(high > low))
            return [low];
        double rough = (high - low) / wanted,
            power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step =
            power
            * (rough / power) switch
            {
                <= 1 => 1,
                <= 2 => 2,
                <= 5 => 5,
                _ => 10,
            };
        List<double> ticks = [];
        for (var i = Math.Ceiling((low / step) - 1e-9); i * step <= high + (1e-9 * step); i++)
            ticks.Add(i * step);
        // A step wider than the axis may give no tick.
        return ticks.Count > 0 ? ticks : Ticks(low, high, wanted + 1);
    }

    public static string Css(Rgb color) => $"#{color.Red:x2}{color.Green:x2}{color.Blue:x2}";

    /// <summary>A color of a heat map.</summary>
    /// <param name="share">From 0, dark, to 1, bright.</param>
    public static string Heat(double share)
    {
        var at = Math.Clamp(share, 0, 1) * (HeatColors.Length - 1);
        (var a, var b) = (HeatColors[(int)at], HeatColors[Math.Min((int)at + 1, HeatColors.Length - 1)]);
        byte Mix(byte from, byte to) => (byte)Math.Round(from + ((to - from) * (at - (int)at)));
        return Css(new Rgb(Mix(a.Red, b.Red), Mix(a.Green, b.Green), Mix(a.Blue, b.Blue)));
    }

    private void Axes(StringBuilder svg)
    {
        double right = _width - Right,
            bottom = _height - Bottom;
        foreach (var tick in Ticks(X.From, X.To, (int)Math.Max(2, (right - LeftRoom) / 80)))
        {
            var at = Px(tick);
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<line x1=\"{at:0.#}\" y1=\"{Top:0.#}\" x2=\"{at:0.#}\" y2=\"{bottom:0.#}\" "
                    + $"stroke=\"#e6e6e6\"/><text x=\"{at:0.#}\" y=\"{bottom + 16:0.#}\" "
                    + $"text-anchor=\"middle\">{Number(tick)}</text>\n"
            );
        }
        foreach (var tick in Rows is null ? Ticks(Y.From, Y.To, (int)Math.Max(2, (bottom - Top) / 45)) : [])
        {
            var at = Py(tick);
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<line x1=\"{LeftRoom:0.#}\" y1=\"{at:0.#}\" x2=\"{right:0.#}\" y2=\"{at:0.#}\" "
                    + $"stroke=\"#e6e6e6\"/><text x=\"{LeftRoom - 7:0.#}\" y=\"{at + 4:0.#}\" "
                    + $"text-anchor=\"end\">{Number(tick)}</text>\n"
            );
        }
        foreach ((var name, var at) in Rows ?? [])
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{LeftRoom - 7:0.#}\" y=\"{Py(at) + 4:0.#}\" "
                    + $"text-anchor=\"end\">{Escape(name)}</text>\n"
            );
        }

        svg.Append(
            CultureInfo.InvariantCulture,
            $"<rect x=\"{LeftRoom:0.#}\" y=\"{Top:0.#}\" width=\"{right - LeftRoom:0.#}\" "
                + $"height=\"{bottom - Top:0.#}\" fill=\"none\" stroke=\"#bbb\"/>\n"
        );
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{(LeftRoom + right) / 2:0.#}\" y=\"{_height - 10:0.#}\" "
                + $"text-anchor=\"middle\">{Escape(XLabel)}</text>\n"
        );
        if (YLabel.Length > 0)
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text transform=\"translate(16 {(Top + bottom) / 2:0.#}) rotate(-90)\" "
                    + $"text-anchor=\"middle\">{Escape(YLabel)}</text>\n"
            );
        }
    }

    private double Px(double x) => LeftRoom + ((x - X.From) / (X.To - X.From) * (_width - Right - LeftRoom));

    private double Py(double y) => _height - Bottom - ((y - Y.From) / (Y.To - Y.From) * (_height - Bottom - Top));

    // Adding 0 turns −0 into 0.
    private static string Number(double value) => (value + 0.0).ToString("#,0.####", CultureInfo.InvariantCulture);

    private static string Escape(string text) => OneLine.Markup(text);
}
