using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// Draws animals onto canvases, one frame after the other: edges, nodes, names and the paths behind them.
/// </summary>
internal sealed class PoseOverlay
{
    private static readonly Rgb LabelColor = new(255, 255, 255);
    private static readonly Rgb Untracked = new(190, 190, 190);

    private readonly Skeleton _skeleton;
    private readonly DrawingOptions _options;
    private readonly bool _byNode;
    private readonly double _scale;
    private readonly int _trailNode;
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<(int Frame, double X, double Y)>> _trails = new(StringComparer.Ordinal);
    private string? _video;
    private int _frame;
    private double _extent;

    /// <param name="skeleton">The nodes and edges.</param>
    /// <param name="tracks">The tracks, which take the colours in this order.</param>
    /// <param name="isSingle">Whether there is one animal only, whose nodes are coloured.</param>
    /// <param name="options">Checked options.</param>
    /// <param name="scale">Pixels of the canvas for one of the frame.</param>
    public PoseOverlay(
        Skeleton skeleton,
        IReadOnlyList<string> tracks,
        bool isSingle,
        DrawingOptions options,
        double scale = 1
    )
    {
        (_skeleton, _options, _byNode, _scale) = (skeleton, options, isSingle, scale);
        foreach (var track in tracks)
            _numbers.TryAdd(track, _numbers.Count);
        _trailNode = options.TrailNode is { } node ? skeleton.IndexOf(node) : -1;
        if (options.TrailNode is not null && _trailNode < 0)
        {
            throw new ArgumentException(
                $"Drawing options: there is no node '{options.TrailNode}' for "
                    + $"{nameof(DrawingOptions.TrailNode)}. The skeleton has {string.Join(", ", skeleton.Nodes)}."
            );
        }
    }

    /// <summary>The animals of a frame.</summary>
    public void Animals(Canvas canvas, string video, int frame, IReadOnlyList<PoseInstance> animals)
    {
        Measure(animals);
        if (_options.TrailLength > 0)
            Trails(canvas, video, frame, animals);
        double radius = Radius(canvas),
            width = _options.EdgeWidth ?? Math.Max(1, radius / 2);
        foreach (var pose in animals)
        {
            var own = Color(pose);
            foreach (var edge in _skeleton.Edges)
            {
                if (IsDrawn(pose, edge.Source) && IsDrawn(pose, edge.Destination))
                {
                    canvas.Line(
                        X(pose, edge.Source),
                        Y(pose, edge.Source),
                        X(pose, edge.Destination),
                        Y(pose, edge.Destination),
                        width,
                        _byNode ? Palette(edge.Source) : own
                    );
                }
            }

            for (var node = 0; node < _skeleton.Nodes.Length; node++)
            {
                if (IsDrawn(pose, node))
                    canvas.Disc(X(pose, node), Y(pose, node), radius, _byNode ? Palette(node) : own);
            }
        }
        if (_options.ShowNames)
        {
            foreach (var pose in animals)
                Name(canvas, pose);
        }
    }

    /// <summary>
    /// True animals, as rings around their nodes, with lines to where the nodes of their partners were predicted. Drawn
    /// before the predicted animals.
    /// </summary>
    public void Labels(Canvas canvas, IReadOnlyList<PoseInstance> animals, IReadOnlyList<PoseInstance> predicted)
    {
        Measure(animals);
        double radius = Radius(canvas),
            width = Math.Max(1, radius / 2);
        var partners = AnimalPairing.ByDistance(animals, predicted);
        // With a dark rim, to be seen on bright pictures too.
        foreach ((var ink, var more) in new[] { (default(Rgb), 1.6), (LabelColor, 0.0) })
        {
            for (var animal = 0; animal < animals.Count; animal++)
            {
                for (var node = 0; node < _skeleton.Nodes.Length; node++)
                {
                    var own = animals[animal];
                    if (!own.IsVisible(node))
                        continue;
                    canvas.Ring(X(own, node), Y(own, node), radius * 1.6, width + more, ink);
                    if (partners[animal] >= 0 && predicted[partners[animal]] is var other && IsDrawn(other, node))
                    {
                        canvas.Line(
                            X(own, node),
                            Y(own, node),
                            X(other, node),
                            Y(other, node),
                            (width / 2) + more,
                            ink
                        );
                    }
                }
            }
        }
    }

    private void Measure(IReadOnlyList<PoseInstance> animals)
    {
        foreach (var animal in animals)
        {
            int[] visible = [.. Enumerable.Range(0, _skeleton.Nodes.Length).Where(animal.IsVisible)];
            _extent = Math.Max(
                _extent,
                double.Hypot(
                    visible.Max(node => X(animal, node)) - visible.Min(node => X(animal, node)),
                    visible.Max(node => Y(animal, node)) - visible.Min(node => Y(animal, node))
                )
            );
        }
    }

    private void Trails(Canvas canvas, string video, int frame, IReadOnlyList<PoseInstance> animals)
    {
        // Another video, or back to the front: the paths begin anew.
        if (video != _video || frame < _frame)
            _trails.Clear();
        (_video, _frame) = (video, frame);
        foreach (var pose in animals)
        {
            if (!_trails.TryGetValue(Key(pose), out Queue<(int, double, double)>? trail))
                _trails.Add(Key(pose), trail = []);
            (var x, var y) = Place(pose);
            trail.Enqueue((frame, x, y));
        }
        var width = Math.Max(1, Radius(canvas) * 0.7);
        foreach ((var key, var trail) in _trails)
        {
            while (trail.Count > 0 && trail.Peek().Frame < frame - _options.TrailLength)
                trail.Dequeue();
            var color =
                _numbers.TryGetValue(key, out var number) ? Palette(number)
                : key.Length > 0 && key[0] == '\0' ? Palette(key[1])
                : Untracked;
            foreach ((var from, var to) in trail.Zip(trail.Skip(1)))
            {
                canvas.Line(
                    from.X,
                    from.Y,
                    to.X,
                    to.Y,
                    width,
                    color,
                    0.75 * (1 - ((frame - to.Frame) / (_options.TrailLength + 1.0)))
                );
            }
        }
    }

    private void Name(Canvas canvas, PoseInstance pose)
    {
        if (pose.Track is not { } track)
            return;
        int[] visible = [.. Enumerable.Range(0, _skeleton.Nodes.Length).Where(pose.IsVisible)];
        var height = Math.Max(7, 2.8 * Radius(canvas));
        canvas.Text(
            track,
            visible.Average(node => X(pose, node)),
            visible.Min(node => Y(pose, node)) - height,
            height,
            Color(pose)
        );
    }

    private string Key(PoseInstance pose) => pose.Track ?? "\0" + (char)pose.Place;

    private Rgb Color(PoseInstance pose) =>
        pose.Track is { } track && _numbers.TryGetValue(track, out var number) ? Palette(number)
        : _numbers.Count > 0 ? Untracked
        : Palette(pose.Place);

    private Rgb Palette(int number) => _options.Palette[number % _options.Palette.Length];

    private bool IsDrawn(PoseInstance pose, int node) =>
        pose.IsVisible(node) && !(pose.Scores?[node] < _options.MinScore);

    private (double X, double Y) Place(PoseInstance pose)
    {
        if (_trailNode >= 0 && pose.IsVisible(_trailNode))
            return (X(pose, _trailNode), Y(pose, _trailNode));
        int[] visible = [.. Enumerable.Range(0, _skeleton.Nodes.Length).Where(pose.IsVisible)];
        return (visible.Average(node => X(pose, node)), visible.Average(node => Y(pose, node)));
    }

    // Small beside the largest animal seen so far, so that small animals are not covered by their nodes and the size
    // does not flicker.
    private double Radius(Canvas canvas) =>
        _options.NodeRadius * _scale ?? Math.Clamp(_extent / 28, 1.5, Math.Max(1.5, canvas.Height / 160.0));

    // Pixel centres are whole numbers on both, so that the corner (−0.5, −0.5) stays where it is.
    private double X(PoseInstance pose, int node) => ((pose.Points[2 * node] + 0.5) * _scale) - 0.5;

    private double Y(PoseInstance pose, int node) => ((pose.Points[(2 * node) + 1] + 0.5) * _scale) - 0.5;
}
