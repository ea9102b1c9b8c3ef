using System.Collections.Immutable;
using Sleap.IO;

namespace Sleap.Studio;

/// <summary>A point that a person places, in pixels of the full frame.</summary>
/// <param name="X">Pixels to the right.</param>
/// <param name="Y">Pixels down.</param>
/// <param name="Visible">False where the node is hidden.</param>
/// <param name="Complete">Whether the person marked it as done.</param>
internal sealed record PlacedPoint(double X, double Y, bool Visible = true, bool Complete = false)
{
    /// <summary>The points of an instance; null is a missing one.</summary>
    /// <exception cref="EditException">They are not one for each node, or far away.</exception>
    public static ImmutableArray<Point> Points(IReadOnlyList<PlacedPoint?> points, Skeleton skeleton) =>
        points.Count == skeleton.Nodes.Length
            ? [.. points.Select(Of)]
            : throw EditException.Invalid(
                $"{points.Count} points were given; the skeleton has {skeleton.Nodes.Length} nodes."
            );

    /// <summary>The point; missing for null.</summary>
    public static Point Of(PlacedPoint? point) =>
        point is null
            ? Point.Missing
            : new Point(
                EditLimits.Checked(point.X),
                EditLimits.Checked(point.Y),
                point.Visible,
                point.Complete,
                float.NaN
            );
}

/// <summary>Adds a user instance.</summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Frame">Frame number.</param>
/// <param name="Points">A point for each node; null where it is missing.</param>
/// <param name="Skeleton">Number of the skeleton.</param>
/// <param name="Track">Number of the track; null for none.</param>
/// <param name="FromPrediction">Place of the prediction in the frame that it corrects; null for none.</param>
internal sealed record AddInstance(
    int Video,
    int Frame,
    IReadOnlyList<PlacedPoint?> Points,
    int Skeleton = 0,
    int? Track = null,
    int? FromPrediction = null
) : FrameCommand(Video, Frame)
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        var skeleton = edit.Skeleton(Skeleton);
        var source = FromPrediction is { } place ? edit.Instance(Key, place) : null;
        if (source is { IsPredicted: false })
            throw EditException.Invalid($"Instance {FromPrediction} is not a prediction.");
        edit.Add(
            Key,
            new Instance
            {
                Skeleton = skeleton,
                Points = PlacedPoint.Points(Points, skeleton),
                Track = Track is { } track ? edit.Track(track).Key : null,
                FromPredicted = source,
            }
        );
    }
}

/// <summary>Deletes an instance.</summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Frame">Frame number.</param>
/// <param name="Instance">Its place in the frame.</param>
internal sealed record DeleteInstance(int Video, int Frame, int Instance) : FrameCommand(Video, Frame)
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit) => edit.Change(Key, edit.Instance(Key, Instance), null);
}

/// <summary>Places, hides, marks or removes a point of a user instance.</summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Frame">Frame number.</param>
/// <param name="Instance">Place of the instance in the frame.</param>
/// <param name="Node">Number of the node.</param>
/// <param name="Point">The point; null removes it.</param>
internal sealed record SetPoint(int Video, int Frame, int Instance, int Node, PlacedPoint? Point)
    : FrameCommand(Video, Frame)
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        var instance = edit.UserInstance(Key, Instance);
        if (Node < 0 || Node >= instance.Points.Length)
            throw EditException.Invalid($"There is no node {Node}; the skeleton has {instance.Points.Length}.");
        edit.Change(Key, instance, instance.With(instance.Points.SetItem(Node, PlacedPoint.Of(Point))));
    }
}

/// <summary>Sets all points of a user instance.</summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Frame">Frame number.</param>
/// <param name="Instance">Place of the instance in the frame.</param>
/// <param name="Points">A point for each node; null where it is missing.</param>
internal sealed record SetPoints(int Video, int Frame, int Instance, IReadOnlyList<PlacedPoint?> Points)
    : FrameCommand(Video, Frame)
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        var instance = edit.UserInstance(Key, Instance);
        edit.Change(Key, instance, instance.With(PlacedPoint.Points(Points, instance.Skeleton)));
    }
}

/// <summary>Moves a user instance.</summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Frame">Frame number.</param>
/// <param name="Instance">Place of the instance in the frame.</param>
/// <param name="X">Pixels to the right.</param>
/// <param name="Y">Pixels down.</param>
internal sealed record MoveInstance(int Video, int Frame, int Instance, double X, double Y) : FrameCommand(Video, Frame)
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        var instance = edit.UserInstance(Key, Instance);
        edit.Change(Key, instance, instance.With(Moved(instance.Points, X, Y)));
    }

    /// <summary>Points that are moved; missing coordinates stay missing.</summary>
    public static ImmutableArray<Point> Moved(ImmutableArray<Point> points, double x, double y)
    {
        (x, y) = (EditLimits.Checked(x), EditLimits.Checked(y));
        return [.. points.Select(point => point with { X = Near(point.X + x), Y = Near(point.Y + y) })];
    }

    /// <summary>A coordinate that is missing or near enough.</summary>
    public static double Near(double coordinate) =>
        double.IsNaN(coordinate) ? coordinate : EditLimits.Checked(coordinate);
}

/// <summary>Turns a user instance.</summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Frame">Frame number.</param>
/// <param name="Instance">Place of the instance in the frame.</param>
/// <param name="Degrees">Angle, clockwise as it is seen in the image.</param>
/// <param name="X">Center, pixels to the right.</param>
/// <param name="Y">Center, pixels down.</param>
internal sealed record RotateInstance(int Video, int Frame, int Instance, double Degrees, double X, double Y)
    : FrameCommand(Video, Frame)
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        var instance = edit.UserInstance(Key, Instance);
        var (sin, cos) = Math.SinCos(EditLimits.Checked(Degrees) * Math.PI / 180);
        var (x, y) = (EditLimits.Checked(X), EditLimits.Checked(Y));
        edit.Change(
            Key,
            instance,
            instance.With([
                .. instance.Points.Select(point =>
                    point with
                    {
                        X = MoveInstance.Near(x + ((point.X - x) * cos) - ((point.Y - y) * sin)),
                        Y = MoveInstance.Near(y + ((point.X - x) * sin) + ((point.Y - y) * cos)),
                    }
                ),
            ])
        );
    }
}

/// <summary>Copies an instance as a user instance into this or another frame.</summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Frame">Frame number.</param>
/// <param name="Instance">Place of the instance in the frame.</param>
/// <param name="X">Pixels that the copy is moved to the right.</param>
/// <param name="Y">Pixels that the copy is moved down.</param>
/// <param name="ToFrame">Frame that gets the copy, with its track unless another instance there has it; null for the
/// same frame, where the copy has no track.</param>
internal sealed record DuplicateInstance(int Video, int Frame, int Instance, double X, double Y, int? ToFrame = null)
    : FrameCommand(Video, Frame)
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        var original = edit.Instance(Key, Instance);
        var target = new FrameKey(Video, ToFrame ?? Frame);
        var isFree =
            target != Key
            && edit.Frame(target)?.Instances.Any(other => ReferenceEquals(other.Track, original.Track)) is not true;
        var points = MoveInstance.Moved(original.Points, X, Y);
        edit.Add(target, original.With(isFree ? original.Track : null, null, null, points).AsUser(null));
    }
}

/// <summary>Swaps left and right of a user instance, by the skeleton's symmetries.</summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Frame">Frame number.</param>
/// <param name="Instance">Place of the instance in the frame.</param>
internal sealed record FlipInstance(int Video, int Frame, int Instance) : FrameCommand(Video, Frame)
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        var instance = edit.UserInstance(Key, Instance);
        if (instance.Skeleton.Symmetries.IsEmpty)
            throw EditException.Invalid("The skeleton has no symmetries, so that left and right are not known.");
        var points = instance.Points.ToBuilder();
        foreach (var (first, second) in instance.Skeleton.Symmetries)
            (points[first], points[second]) = (points[second], points[first]);
        edit.Change(Key, instance, instance.With(points.ToImmutable()));
    }
}

/// <summary>
/// Makes two instances that are halves of one animal one: nodes that the first lacks are those of the second, which is
/// deleted. If one of the two is a user instance, the result is one.
/// </summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Frame">Frame number.</param>
/// <param name="First">Place of the instance that stays.</param>
/// <param name="Second">Place of the instance that goes into it.</param>
internal sealed record MergeInstances(int Video, int Frame, int First, int Second) : FrameCommand(Video, Frame)
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        var (first, second) = (edit.Instance(Key, First), edit.Instance(Key, Second));
        if (First == Second || !first.Skeleton.Equals(second.Skeleton))
            throw EditException.Invalid("Two instances of one skeleton are needed.");
        var isUser = !first.IsPredicted || !second.IsPredicted;
        var points = first.Points.Zip(second.Points, (one, other) => one.IsMissing ? other : one);
        var merged = first.With(
            first.Track ?? second.Track,
            first.FromPredicted ?? second.FromPredicted,
            first.Identity ?? second.Identity,
            [.. points.Select(point => isUser ? point with { Score = float.NaN } : point)]
        );
        var whole = isUser && first.IsPredicted ? merged.AsUser(second.FromPredicted) : merged;
        edit.Change(
            Key,
            other =>
                ReferenceEquals(other, first) ? whole
                : ReferenceEquals(other, second) ? null
                : other
        );
    }
}

/// <summary>Makes a user instance of a prediction, which stays in the frame as what it was corrected from.</summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Frame">Frame number.</param>
/// <param name="Instance">Place of the prediction in the frame.</param>
internal sealed record ConvertPrediction(int Video, int Frame, int Instance) : FrameCommand(Video, Frame)
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        var prediction = edit.Instance(Key, Instance);
        if (!prediction.IsPredicted)
            throw EditException.Invalid($"Instance {Instance} is a user instance already.");
        if (edit.Frame(Key)!.Instances.Any(other => ReferenceEquals(other.FromPredicted, prediction)))
            throw EditException.Invalid($"Prediction {Instance} was converted already.");
        edit.Add(Key, prediction.AsUser(prediction));
    }
}

/// <summary>Marks a frame as one without any instance, or takes the mark away.</summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Frame">Frame number.</param>
/// <param name="Negative">Whether it is marked.</param>
internal sealed record SetNegative(int Video, int Frame, bool Negative) : FrameCommand(Video, Frame)
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        var instances = edit.Frame(Key)?.Instances ?? [];
        if (Negative && instances.Any(instance => !instance.IsPredicted))
            throw EditException.Invalid($"Frame {Frame} has user instances, so that it is not empty.");
        edit.Set(Key, instances, Negative);
    }
}
