using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// A configuration that labels suggest: a kind of model and the options of its networks, each with its reason. Made by
/// <see cref="PoseConfiguration.AutoOptions"/>. The property of <see cref="Kind"/>'s name has the options; the others
/// are null.
/// </summary>
public sealed record AutoOptions
{
    internal AutoOptions(
        PoseModelKind kind,
        PoseSubject subject,
        (int Height, int Width) frame,
        LabelStatistics labels,
        IReadOnlyList<OptionReason> reasons
    ) => (Kind, Subject, Frame, Labels, Reasons) = (kind, subject, frame, labels, reasons);

    /// <summary>What is proposed.</summary>
    public PoseModelKind Kind { get; }

    /// <summary>The kind as the command line calls it: <c>single-instance</c>, <c>top-down-id</c>.</summary>
    public string Type => NameOf(Kind);

    /// <summary>The options, when the proposal is a model of one animal; else null.</summary>
    public SingleInstanceOptions? SingleInstance { get; internal init; }

    /// <summary>The options, when it is a model of centres alone; else null.</summary>
    public CentroidOptions? Centroid { get; internal init; }

    /// <summary>The options, when it is a top-down model; else null.</summary>
    public TopDownOptions? TopDown { get; internal init; }

    /// <summary>The options, when it is a bottom-up model; else null.</summary>
    public BottomUpOptions? BottomUp { get; internal init; }

    /// <summary>The options, when it is a top-down model that tells who is who; else null.</summary>
    public TopDownIdOptions? TopDownId { get; internal init; }

    /// <summary>The options, when it is a bottom-up model that tells who is who; else null.</summary>
    public BottomUpIdOptions? BottomUpId { get; internal init; }

    /// <summary>Why the kind is what it is, and each option that is not its default.</summary>
    public IReadOnlyList<OptionReason> Reasons { get; }

    /// <summary>The options, of whatever kind.</summary>
    internal object Options =>
        (object?)SingleInstance
        ?? (object?)Centroid
        ?? (object?)TopDown
        ?? (object?)BottomUp
        ?? (object?)TopDownId
        ?? BottomUpId!;

    internal PoseSubject Subject { get; }

    internal (int Height, int Width) Frame { get; }

    internal LabelStatistics Labels { get; }

    /// <summary>The networks with their options, first stage first.</summary>
    internal IReadOnlyList<(ModelType Type, PoseModelOptions Options, ClassVectorOptions? ClassVectors)> Networks =>
        Options switch
        {
            SingleInstanceOptions one => [(ModelType.SingleInstance, one, null)],
            CentroidOptions one => [(ModelType.Centroid, one, null)],
            TopDownOptions two =>
            [
                (ModelType.Centroid, two.Shared().Centroid, null),
                (ModelType.CenteredInstance, two.Shared().CenteredInstance, null),
            ],
            TopDownIdOptions two =>
            [
                (ModelType.Centroid, two.Stages().Centroid, null),
                (ModelType.TopDownId, two.Stages().CenteredInstance, two.ClassVectors),
            ],
            BottomUpOptions one => [(ModelType.BottomUp, one, null)],
            _ => [(ModelType.BottomUpId, BottomUpId!, null)],
        };

    /// <summary>
    /// The same with other settings of each of its networks: to train on a device, in a run folder, with a longer
    /// training.
    /// </summary>
    /// <param name="change">From the options of a network to others of the same type.</param>
    public AutoOptions With(Func<PoseModelOptions, PoseModelOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return this with
        {
            SingleInstance = Changed(SingleInstance),
            Centroid = Changed(Centroid),
            BottomUp = Changed(BottomUp),
            BottomUpId = Changed(BottomUpId),
            TopDown = TopDown is null
                ? null
                : TopDown with
                {
                    Centroid = Changed(TopDown.Centroid)!,
                    CenteredInstance = Changed(TopDown.CenteredInstance)!,
                },
            TopDownId = TopDownId is null
                ? null
                : TopDownId with
                {
                    Centroid = Changed(TopDownId.Centroid)!,
                    CenteredInstance = Changed(TopDownId.CenteredInstance)!,
                },
        };

        TOptions? Changed<TOptions>(TOptions? options)
            where TOptions : PoseModelOptions => options is null ? null : (TOptions)change(options);
    }

    /// <summary>The estimator that trains it.</summary>
    /// <param name="pose">From <c>mlContext.Pose()</c>.</param>
    public IPoseEstimator<PoseModelTransformer> Estimator(PoseCatalog pose) =>
        Options switch
        {
            SingleInstanceOptions options => pose.SingleInstance(options),
            CentroidOptions options => pose.Centroid(options),
            TopDownOptions options => pose.TopDown(options),
            TopDownIdOptions options => pose.TopDownId(options),
            BottomUpOptions options => pose.BottomUp(options),
            _ => pose.BottomUpId(BottomUpId!),
        };

    /// <summary>
    /// Writes it as configurations of sleap-nn, with the reasons as comments: one file, or for top-down one for each
    /// network, <c>config.centroid.yaml</c> and <c>config.centered_instance.yaml</c> for <c>config.yaml</c>. What
    /// sleap-nn has no word for, as the weight of the foreground in the loss, is not in them.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <returns>The files written.</returns>
    public IReadOnlyList<string> Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return
        [
            .. Networks.Select(network =>
            {
                var name = SleapConfigWriter.NameOf(network.Type);
                var file = Networks.Count == 1 ? path : Path.ChangeExtension(path, $".{name}{Path.GetExtension(path)}");
                var comments = Reasons
                    .Where(reason => reason.Network.Length == 0 || reason.Network == name)
                    .Select(reason => $"# {reason}\n");
                IO.AtomicFile.Write(
                    file,
                    to =>
                        File.WriteAllText(
                            to,
                            string.Concat(comments)
                                + SleapConfigWriter.Write(
                                    network.Type,
                                    network.Options,
                                    network.ClassVectors,
                                    Subject,
                                    Frame
                                )
                        )
                );
                return file;
            }),
        ];
    }

    /// <summary>What the command line calls a kind.</summary>
    internal static string NameOf(PoseModelKind kind) =>
        kind switch
        {
            PoseModelKind.SingleInstance => "single-instance",
            PoseModelKind.Centroid => "centroid",
            PoseModelKind.TopDown => "top-down",
            PoseModelKind.BottomUp => "bottom-up",
            PoseModelKind.TopDownId => "top-down-id",
            PoseModelKind.BottomUpId => "bottom-up-id",
            _ => throw new ArgumentException(
                $"The kind of model is {(int)kind}, which is none of "
                    + $"{string.Join(", ", Enum.GetNames<PoseModelKind>())}.",
                nameof(kind)
            ),
        };
}
