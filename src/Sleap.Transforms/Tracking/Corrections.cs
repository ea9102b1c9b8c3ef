using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Finds the predictions of a frame that a person has corrected.</summary>
internal static class Corrections
{
    /// <summary>The instance of a person that replaces each prediction, by its place; -1 for all others.</summary>
    /// <remarks>
    /// Files link the two (<see cref="Instance.FromPredicted"/>), but not all programs keep the link: without it, a
    /// prediction is replaced by the nearest instance of a person, if their nodes are on average less than half of that
    /// instance's length apart. A prediction has one replacement, and an instance replaces one prediction.
    /// </remarks>
    public static int[] Of(IReadOnlyList<Instance> instances)
    {
        var replacedBy = new int[instances.Count];
        Array.Fill(replacedBy, -1);
        int[] user = [.. Enumerable.Range(0, instances.Count).Where(index => !instances[index].IsPredicted)];
        if (user.Length == 0 || user.Length == instances.Count)
            return replacedBy;
        HashSet<int> linked = [];
        for (var index = 0; index < instances.Count; index++)
        {
            var by = user.FirstOrDefault(
                other => ReferenceEquals(instances[other].FromPredicted, instances[index]),
                -1
            );
            if (by < 0)
                continue;
            replacedBy[index] = by;
            linked.Add(by);
        }

        var near =
            from prediction in Enumerable.Range(0, instances.Count)
            where instances[prediction].IsPredicted && replacedBy[prediction] < 0
            from label in user
            where !linked.Contains(label)
            let distance = Distance(instances[prediction], instances[label])
            where distance < 0.5 * Length(instances[label])
            orderby distance
            select (prediction, label);
        foreach (var (prediction, label) in near.ToList())
        {
            if (replacedBy[prediction] < 0 && linked.Add(label))
                replacedBy[prediction] = label;
        }

        return replacedBy;
    }

    // NaN without a common visible node, which is never near.
    private static double Distance(Instance one, Instance other)
    {
        var (sum, count) = (0.0, 0);
        foreach (var (a, b) in one.Points.Zip(other.Points))
        {
            if (a.IsMissing || b.IsMissing)
                continue;
            sum += double.Hypot(a.X - b.X, a.Y - b.Y);
            count++;
        }

        return sum / count;
    }

    // The diagonal of the box around the visible nodes; at least a pixel, for a single node.
    private static double Length(Instance instance)
    {
        var seen = instance.Points.Where(point => !point.IsMissing).ToList();
        return seen.Count == 0
            ? 0
            : Math.Max(
                1,
                double.Hypot(
                    seen.Max(point => point.X) - seen.Min(point => point.X),
                    seen.Max(point => point.Y) - seen.Min(point => point.Y)
                )
            );
    }
}
