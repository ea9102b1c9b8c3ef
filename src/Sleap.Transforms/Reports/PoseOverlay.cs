using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// Draws instances onto canvases, one frame after the other: edges, nodes, names and trails.
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
    /// <param name="tracks">Names of the tracks, which take the colors in this order.</param>
    /// <param name="isSingle">Whether there is only one instance, whose nodes have different colors.</param>
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

    /// <summary>Draws the instances of a frame that have a visible node.</summary>
    public void DrawInstances(Canvas canvas, string video, int frame, InstanceArray instances)
    {
        InstanceView[] seen = [.. instances.Where(instance => instance.IsVisible())];
        Measure(seen);
        if (_options.TrailLength > 0)
            DrawTrails(canvas, video, frame, seen);
        double radius = Radius(canvas),
            width = _options.EdgeWidth * _scale ?? Math.Max(1, radius / 2);
        foreach (var instance in seen)
        {
            var own = Color(instance);
            foreach (var edge in _skeleton.Edges)
            {
                if (IsDrawn(instance, edge.Source) && IsDrawn(instance, edge.Destination))
                {
                    canvas.Line(
                        X(instance, edge.Source),
                        Y(instance, edge.Source),
                        X(instance, edge.Destination),
                        Y(instance, edge.Destination),
                        width,
                        _byNode ? Palette(edge.Source) : own
                    );
                }
            }

            for (var node = 0; node < _skeleton.Nodes.Length; node++)
            {
                if (IsDrawn(instance, node))
                    canvas.Disc(X(instance, node), Y(instance, node), radius, _byNode ? Palette(node) : own);
            }
        }
        if (_options.ShowNames)
        {
            foreach (var instance in seen)
                DrawName(canvas, instance);
        }
    }

    /// <summary>
    /// Draws true instances as rings around their nodes, with lines to where the nodes of their partners were
    /// predicted. To be called before the predicted instances are drawn. All instances have a visible node.
    /// </summary>
    public void DrawLabels(Canvas canvas, InstanceArray truth, InstanceArray predicted)
    {
        Measure(truth);
        double radius = Radius(canvas),
            width = Math.Max(1, radius / 2);
        var partners = InstancePairing.ByDistance(truth, predicted);
        // First a wider dark line, so that rings are seen on bright images too.
        foreach ((var color, var more) in new[] { (default(Rgb), 1.6), (LabelColor, 0.0) })
        {
            foreach (var own in truth)
            {
                InstanceView? partner = partners[own.Index] >= 0 ? predicted[partners[own.Index]] : null;
                foreach (var node in own.VisibleNodes)
                {
                    canvas.Ring(X(own, node), Y(own, node), radius * 1.6, width + more, color);
                    if (partner is { } other && IsDrawn(other, node))
                    {
                        var lineWidth = Math.Max(1, width / 2) + more;
                        canvas.Line(X(own, node), Y(own, node), X(other, node), Y(other, node), lineWidth, color);
                    }
                }
            }
        }
    }

    private void Measure(IEnumerable<InstanceView> instances)
    {
        foreach (var instance in instances)
        {
            var box = Box.Around(instance.Points);
            _extent = Math.Max(_extent, _scale * double.Hypot(box.Right - box.Left, box.Bottom - box.Top));
        }
    }

    private void DrawTrails(Canvas canvas, string video, int frame, IEnumerable<InstanceView> instances)
    {
        // Another video, or an earlier frame: the trails start again.
        if (video != _video || frame < _frame)
            _trails.Clear();
        (_video, _frame) = (video, frame);
        foreach (var instance in instances)
        {
            if (!_trails.TryGetValue(Key(instance), out Queue<(int, double, double)>? trail))
                _trails.Add(Key(instance), trail = []);
            (var x, var y) = TrailPoint(instance);
            trail.Enqueue((frame, x, y));
        }
        var width = Math.Max(1, Radius(canvas) * 0.7);
        foreach ((var key, var trail) in _trails)
        {
            while (trail.Count > 0 && trail.Peek().Frame < frame - _options.TrailLength)
                trail.Dequeue();
            var color =
                _numbers.TryGetValue(key, out var number) ? Palette(number)
                : _numbers.Count == 0 && key[0] == '\0' ? Palette(key[1])
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

    private void DrawName(Canvas canvas, InstanceView instance)
    {
        if (instance.Track is not { } track)
            return;
        var height = Math.Max(7, 2.8 * Radius(canvas));
        var middle = OnCanvas(Centroid.Mean(instance.Points).X);
        var top = OnCanvas(Box.Around(instance.Points).Top);
        canvas.Text(track, middle, top - height, height, Color(instance));
    }

    private string Key(InstanceView instance) => instance.Track ?? "\0" + (char)instance.Index;

    private Rgb Color(InstanceView instance) =>
        instance.Track is { } track && _numbers.TryGetValue(track, out var number) ? Palette(number)
        : _numbers.Count > 0 ? Untracked
        : Palette(instance.Index);

    private Rgb Palette(int number) => _options.Palette[number % _options.Palette.Length];

    private bool IsDrawn(InstanceView instance, int node) =>
        instance.IsVisible(node)
        && !(instance.PeakScores is { Length: > 0 } scores && scores[node] < _options.MinScore);

    private (double X, double Y) TrailPoint(InstanceView instance)
    {
        var (x, y) = Centroid.At(instance.Points, _trailNode);
        return (OnCanvas(x), OnCanvas(y));
    }

    // In proportion to the largest instance so far, so that small instances are not covered by their nodes and the size
    // does not change from frame to frame.
    private double Radius(Canvas canvas) =>
        _options.NodeRadius * _scale ?? Math.Clamp(_extent / 28, 1.5, Math.Max(1.5, canvas.Height / 160.0));

    private double X(InstanceView instance, int node) => OnCanvas(instance.X(node));

    private double Y(InstanceView instance, int node) => OnCanvas(instance.Y(node));

    // Pixel centers are whole numbers on both, so that the corner (−0.5, −0.5) stays where it is.
    private double OnCanvas(double pixels) => (pixels + 0.5) * _scale - 0.5;
}
