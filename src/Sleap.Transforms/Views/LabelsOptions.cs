using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>How labels become rows of an <see cref="Microsoft.ML.IDataView"/>.</summary>
public sealed record LabelsOptions
{
    /// <summary>
    /// Which instances are taken. Default null: of labels those that a person labeled
    /// (<see cref="InstanceChoice.User"/>), since a model should not learn from its own predictions; of predictions
    /// <see cref="InstanceChoice.UserElsePredicted"/>. Files whose format does not tell the two apart hold instances of
    /// a person, unless they have scores.
    /// </summary>
    public InstanceChoice? Instances { get; init; }

    /// <summary>The layout of the Keypoints column. Default: for one instance when no frame has more.</summary>
    public InstanceLayout Layout { get; init; } = InstanceLayout.Auto;

    /// <summary>
    /// Whether frames without any instance give rows too. Frames marked as empty always do. Default false.
    /// </summary>
    public bool KeepEmptyFrames { get; init; }

    /// <summary>
    /// The name of the skeleton to take when the labels have instances of several. Default null: there is only one.
    /// </summary>
    public string? Skeleton { get; init; }

    /// <summary>
    /// For labels of one video: the file (or folder of images) to read in place of the one that the labels name, when
    /// it was moved or renamed. Default null: the one they name.
    /// </summary>
    public string? VideoPath { get; init; }

    /// <summary>
    /// How the file is read, for instance where videos are searched. Default: <see cref="LabelsReadOptions"/>'s own
    /// defaults.
    /// </summary>
    public LabelsReadOptions Reading { get; init; } = new();

    /// <summary>The names of the columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal LabelsOptions Checked()
    {
        Columns.Checked();
        new OptionFaults("Labels options")
            .Defined(nameof(Instances), Instances ?? InstanceChoice.User)
            .Defined(nameof(Layout), Layout)
            .If(VideoPath == "", $"{nameof(VideoPath)} is empty, expected a path or null")
            .Throw();
        return this;
    }
}

/// <summary>Which instances of a labeled frame become keypoints.</summary>
public enum InstanceChoice
{
    /// <summary>The instances that a person set; where a frame has none, the predicted ones.</summary>
    UserElsePredicted,

    /// <summary>Only instances that a person set.</summary>
    User,

    /// <summary>Only predicted instances.</summary>
    Predicted,

    /// <summary>All instances: those that a person set, and the predicted ones.</summary>
    All,

    /// <summary>The predicted instances; where a frame has none, those that a person set.</summary>
    PredictedElseUser,

    /// <summary>
    /// The centroids that a person placed in a .slp without a pose, to train a centroid model on: all nodes of such an
    /// instance are at the centroid. Frames without one are left out.
    /// </summary>
    UserCentroids,
}

/// <summary>Takes the chosen instances of a frame.</summary>
internal static class InstanceChoices
{
    public static IEnumerable<Instance> Of(this InstanceChoice choice, IReadOnlyList<Instance> instances)
    {
        var (user, predicted) = (
            instances.Where(instance => !instance.IsPredicted),
            instances.Where(instance => instance.IsPredicted)
        );
        return choice switch
        {
            InstanceChoice.User or InstanceChoice.UserCentroids => user,
            InstanceChoice.Predicted => predicted,
            InstanceChoice.UserElsePredicted => user.Any() ? user : predicted,
            InstanceChoice.PredictedElseUser => predicted.Any() ? predicted : user,
            _ => instances,
        };
    }
}

/// <summary>The layout of the Keypoints column.</summary>
public enum InstanceLayout
{
    /// <summary><see cref="Single"/> when no frame has more than one instance, else <see cref="Many"/>.</summary>
    Auto,

    /// <summary>
    /// Exactly one instance: Vector&lt;Single, nodes, 2&gt; with slot names, all NaN where there is none.
    /// </summary>
    Single,

    /// <summary>Any number of instances: Vector&lt;Single, *, nodes, 2&gt;.</summary>
    Many,
}
