using System.Globalization;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>The charts of a video's animals.</summary>
internal sealed class PoseCharts
{
    /// <summary>Stands for a subject that is not said.</summary>
    public const string NoSubject = "no subject";

    private const double Width = 1020;

    // More could not be told apart.
    private const int MaxBins = 480;

    private readonly PlotOptions _options;
    private readonly double _arenaWidth;
    private readonly double _arenaHeight;

    public PoseCharts(PosedVideo video, PlotOptions options)
    {
        _options = options;
        All = AnimalPath.Of(video, options.Node);
        Shown =
        [
            .. All.Where(path => path.Frames.Length > 0)
                .OrderByDescending(path => path.Frames.Length)
                .Take(options.MaxAnimals)
                .OrderBy(path => path.Number),
        ];
        (var first, var last) =
            video.Frames.Count == 0 ? (0, 0) : (video.Frames.Keys.First(), video.Frames.Keys.Last());
        (FirstFrame, LastFrame) = (first, last);
        (double X, double Y)[] places = [.. Shown.SelectMany(path => path.Places)];
        (_arenaWidth, _arenaHeight) = video.Size is { } size
            ? (size.Width, size.Height)
            : (
                places.Select(place => place.X).DefaultIfEmpty(1).Max() + 1,
                places.Select(place => place.Y).DefaultIfEmpty(1).Max() + 1
            );
    }

    /// <summary>All animals.</summary>
    public IReadOnlyList<AnimalPath> All { get; }

    /// <summary>Those seen most, in order.</summary>
    public IReadOnlyList<AnimalPath> Shown { get; }

    public int FirstFrame { get; }

    public int LastFrame { get; }

    /// <summary>Height of the image: the video's where it is known, else down to the lowest position.</summary>
    public double ArenaHeight => _arenaHeight;

    private (double From, double To) TimeRange => (Time(FirstFrame), Time(LastFrame + 1));

    private bool InMinutes => _options.FramesPerSecond is { } rate && (LastFrame - FirstFrame) / rate > 300;

    private string TimeLabel =>
        _options.FramesPerSecond is null ? "frame"
        : InMinutes ? "time (min)"
        : "time (s)";

    private string SpeedUnit =>
        _options.FramesPerSecond is null ? $"{_options.LengthUnit}/frame" : $"{_options.LengthUnit}/s";

    public double Time(double frame) =>
        _options.FramesPerSecond is { } rate ? frame / rate / (InMinutes ? 60 : 1) : frame;

    public double Length(double pixels) => pixels / (_options.PixelsPerUnit ?? 1);

    public double Speed(double pixelsPerFrame) => Length(pixelsPerFrame) * (_options.FramesPerSecond ?? 1);

    public string Color(AnimalPath path) => Css(path.Number);

    public string Trajectories()
    {
        var chart = Arena("Where they went", 640, 640);
        foreach (var path in Shown)
        {
            // A break where frames are missing.
            List<(double, double)> line = [];
            var step = Math.Max(1, path.Frames.Length / 4000);
            for (var i = 0; i < path.Frames.Length; i += step)
            {
                if (i >= step && path.Frames[i] - path.Frames[i - step] > 5 * step)
                    line.Add((double.NaN, double.NaN));
                line.Add((Length(path.Places[i].X), Length(path.Places[i].Y)));
            }
            chart.Line(line, Color(path), 1.1, 0.75);
        }
        foreach (var path in Shown)
        {
            chart.Dot(Length(path.Places[0].X), Length(path.Places[0].Y), 5, "#fff", Color(path));
            chart.Dot(Length(path.Places[^1].X), Length(path.Places[^1].Y), 5, Color(path), "#333");
        }
        chart.Legend([.. Shown.Select(path => (path.Name, Color(path))), ("○ first, ● last place", "#fff")]);
        return chart.ToString();
    }

    public string Speeds()
    {
        var bin = Math.Max(1, (LastFrame - FirstFrame + MaxBins) / MaxBins);
        List<(AnimalPath Path, List<(double X, double Y)> Line)> lines =
        [
            .. Shown.Select(path => (path, Binned(path, bin))),
        ];
        var top = lines
            .SelectMany(line => line.Line)
            .Select(point => point.Y)
            .Where(double.IsFinite)
            .DefaultIfEmpty(1)
            .Max();
        var title = bin > 1 ? string.Create(CultureInfo.InvariantCulture, $"Speed, mean of {bin} frames") : "Speed";
        var chart = new SvgChart(title, TimeRange, (0, Math.Max(top * 1.05, 1e-6)), Width, 280)
        {
            XLabel = TimeLabel,
            YLabel = SpeedUnit,
        };
        foreach ((var path, var line) in lines)
            chart.Line(line, Color(path), 1.2, 0.85);
        chart.Legend(Shown.Select(path => (path.Name, Color(path))));
        return chart.ToString();
    }

    /// <summary>One map for each animal that is seen in at least a share of the frames of the one seen most.</summary>
    public IEnumerable<string> Occupancies(double share = 0)
    {
        AnimalPath[] drawn =
        [
            .. Shown.Where(path => path.Frames.Length >= share * Shown.Max(other => other.Frames.Length)),
        ];
        var cell = Math.Max(_arenaWidth, _arenaHeight) / _options.Cells;
        Dictionary<(int Column, int Row), int>[] counts =
        [
            .. drawn.Select(path =>
                path.Places.CountBy(place =>
                        ((int)Math.Floor((place.X + 0.5) / cell), (int)Math.Floor((place.Y + 0.5) / cell))
                    )
                    .ToDictionary()
            ),
        ];
        foreach ((var path, var own) in drawn.Zip(counts))
        {
            // The 99th percentile is the brightest, so that one place of long rest does not make all others dark.
            int[] sorted = [.. own.Values.Order()];
            double full = Math.Max(1, sorted[(int)(0.99 * (sorted.Length - 1))]);
            var chart = Arena($"Time spent: {path.Name}", 370, 318);
            foreach (((var column, var row), var count) in own)
            {
                // Predicted outside of the image.
                if (
                    column < 0
                    || row < 0
                    || (column * cell) - 0.5 >= _arenaWidth - 0.5
                    || (row * cell) - 0.5 >= _arenaHeight - 0.5
                )
                {
                    continue;
                }

                var tip = _options.FramesPerSecond is { } rate
                    ? string.Create(CultureInfo.InvariantCulture, $"{count / rate:0.##} s")
                    : string.Create(CultureInfo.InvariantCulture, $"{count} frames");
                chart.Box(
                    Length((column * cell) - 0.5),
                    Length((row * cell) - 0.5),
                    Length(Math.Min(((column + 1) * cell) - 0.5, _arenaWidth - 0.5)),
                    Length(Math.Min(((row + 1) * cell) - 0.5, _arenaHeight - 0.5)),
                    SvgChart.Heat(Math.Sqrt(Math.Min(1, count / full))),
                    tip
                );
            }
            var most = _options.FramesPerSecond is { } fps
                ? string.Create(CultureInfo.InvariantCulture, $"≥ {full / fps:0.##} s")
                : string.Create(CultureInfo.InvariantCulture, $"≥ {full:0} frames");
            chart.Legend([(most, SvgChart.Heat(1))]);
            yield return chart.ToString();
        }
    }

    /// <summary>When each animal was seen.</summary>
    public string Timeline() =>
        Bars(
            "When they were seen",
            [
                .. Shown.Select(path =>
                    (
                        path.Name,
                        path.Stretches().Select(stretch => (stretch.First, stretch.Last, Color(path), path.Name))
                    )
                ),
            ]
        );

    /// <summary>A row for each subject, with behaviors as colors; between the first and last frame.</summary>
    public string Ethogram(IEnumerable<Bout> bouts)
    {
        var shown = bouts.Where(bout => bout.FirstFrame <= LastFrame && bout.LastFrame >= FirstFrame).ToList();
        string[] behaviors = [.. shown.Select(bout => bout.Behavior).Distinct()];
        return Bars(
            "Ethogram",
            [
                .. shown
                    .GroupBy(bout => bout.Subject ?? NoSubject)
                    .Select(subject =>
                        (
                            subject.Key,
                            subject.Select(bout =>
                                (
                                    Math.Max(bout.FirstFrame, FirstFrame),
                                    Math.Min(bout.LastFrame, LastFrame),
                                    Css(Array.IndexOf(behaviors, bout.Behavior)),
                                    bout.Behavior
                                )
                            )
                        )
                    ),
            ],
            chart => chart.Legend(behaviors.Select((behavior, i) => (behavior, Css(i))))
        );
    }

    private string Bars(
        string title,
        IReadOnlyList<(string Name, IEnumerable<(int First, int Last, string Color, string Tip)> Bars)> rows,
        Action<SvgChart>? finish = null
    )
    {
        var left = Math.Max(64, (rows.Select(row => row.Name.Length).DefaultIfEmpty(0).Max() * 6.6) + 16);
        var chart = new SvgChart(
            title,
            TimeRange,
            (Math.Max(1, rows.Count), 0),
            Width,
            (Math.Max(1, rows.Count) * 26) + 84,
            left
        )
        {
            XLabel = TimeLabel,
            Rows = [.. rows.Select((row, i) => (row.Name, i + 0.5))],
        };
        for (var i = 0; i < rows.Count; i++)
        {
            foreach ((var first, var last, var color, var tip) in rows[i].Bars)
            {
                chart.Box(
                    Time(first),
                    i + 0.15,
                    Time(last + 1),
                    i + 0.85,
                    color,
                    string.Create(CultureInfo.InvariantCulture, $"{tip}: frames {first} to {last}")
                );
            }
        }

        finish?.Invoke(chart);
        return chart.ToString();
    }

    /// <summary>Axes of the image, y down, with equal scales, within a size.</summary>
    private SvgChart Arena(string title, double width, double height)
    {
        const double across = 64 + 16,
            down = 34 + 46;
        var scale = Math.Min((width - across) / _arenaWidth, (height - down) / _arenaHeight);
        return new SvgChart(
            title,
            (Length(-0.5), Length(_arenaWidth - 0.5)),
            (Length(_arenaHeight - 0.5), Length(-0.5)),
            (_arenaWidth * scale) + across,
            (_arenaHeight * scale) + down
        )
        {
            XLabel = $"x ({_options.LengthUnit})",
            YLabel = $"y ({_options.LengthUnit})",
        };
    }

    private List<(double X, double Y)> Binned(AnimalPath path, int bin)
    {
        var count = ((LastFrame - FirstFrame) / bin) + 1;
        (var sums, var counts) = (new double[count], new int[count]);
        for (var i = 0; i < path.Frames.Length; i++)
        {
            if (!double.IsFinite(path.Speeds[i]))
                continue;
            var at = (path.Frames[i] - FirstFrame) / bin;
            sums[at] += path.Speeds[i];
            counts[at]++;
        }
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(i =>
                    (
                        Time(FirstFrame + (i * bin) + ((bin - 1) / 2.0)),
                        counts[i] == 0 ? double.NaN : Speed(sums[i] / counts[i])
                    )
                ),
        ];
    }

    // A little darker than on images, because the page is white.
    private string Css(int number)
    {
        var color = _options.Palette[number % _options.Palette.Length];
        return SvgChart.Css(new Rgb((byte)(color.Red * 0.88), (byte)(color.Green * 0.88), (byte)(color.Blue * 0.88)));
    }
}
