using Sleap.IO;

namespace Sleap.Studio;

/// <summary>What a step changes, in numbers.</summary>
/// <param name="Frames">Frames that are changed.</param>
/// <param name="User">User instances of these frames.</param>
/// <param name="Predictions">Predictions of these frames.</param>
/// <param name="PointsBefore">Points of these frames that are there before.</param>
/// <param name="PointsAfter">Points of these frames that are there after it.</param>
/// <param name="Spared">User instances in its range that it leaves as they are.</param>
internal sealed record EditCounts(
    int Frames,
    KindCounts User,
    KindCounts Predictions,
    int PointsBefore,
    int PointsAfter,
    int Spared
)
{
    /// <summary>Counts what a step changes, by its frames before and after.</summary>
    public static EditCounts Of(EditStep step)
    {
        var keys = step.ChangesSkeletons ? step.Before.Keys().Union(step.Frames) : step.Frames;
        var counts = new EditCounts(0, default, default, 0, 0, step.Spared);
        foreach (var key in keys)
            counts = counts.With(step.Before.Frame(key), step.After.Frame(key));
        return counts;
    }

    /// <summary>The sum of two steps that change different frames.</summary>
    public EditCounts Plus(EditCounts other) =>
        new(
            Frames + other.Frames,
            User.Plus(other.User),
            Predictions.Plus(other.Predictions),
            PointsBefore + other.PointsBefore,
            PointsAfter + other.PointsAfter,
            Spared + other.Spared
        );

    private EditCounts With(LabeledFrame? before, LabeledFrame? after)
    {
        var (old, now) = (before?.Instances ?? [], after?.Instances ?? []);
        var (user, predictions) = (Compare(old, now, isPredicted: false), Compare(old, now, isPredicted: true));
        var isSame = user.IsSame && predictions.IsSame && before?.IsNegative == after?.IsNegative;
        return isSame
            ? this
            : this with
            {
                Frames = Frames + 1,
                User = User.Plus(user),
                Predictions = Predictions.Plus(predictions),
                PointsBefore = PointsBefore + Points(old),
                PointsAfter = PointsAfter + Points(now),
            };
    }

    private static KindCounts Compare(IReadOnlyList<Instance> before, IReadOnlyList<Instance> after, bool isPredicted)
    {
        List<Instance> left = [.. after.Where(instance => instance.IsPredicted == isPredicted)];
        var (old, now, same) = (0, left.Count, 0);
        foreach (var instance in before.Where(instance => instance.IsPredicted == isPredicted))
        {
            old++;
            var place = left.FindIndex(other => ReferenceEquals(other, instance) || other.HasValuesOf(instance));
            if (place < 0)
                continue;
            same++;
            left.RemoveAt(place);
        }

        return new KindCounts(old, now, Math.Min(old, now) - same);
    }

    private static int Points(IReadOnlyList<Instance> instances) =>
        instances.Sum(instance => instance.Points.Count(point => !point.IsMissing));
}

/// <summary>Numbers of instances of a kind.</summary>
/// <param name="Before">How many there are before.</param>
/// <param name="After">How many there are after it.</param>
/// <param name="Changed">How many are others after it.</param>
internal readonly record struct KindCounts(int Before, int After, int Changed)
{
    /// <summary>Whether nothing is different.</summary>
    public bool IsSame => Before == After && Changed == 0;

    /// <summary>The sum.</summary>
    public KindCounts Plus(KindCounts other) =>
        new(Before + other.Before, After + other.After, Changed + other.Changed);
}
