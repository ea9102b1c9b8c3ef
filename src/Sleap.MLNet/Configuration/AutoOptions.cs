using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// A configuration that labels suggest: the model type and the options of its networks, each with its reason. Made by <see cref="PoseConfiguration.AutoOptions"/>. One of
/// <see cref="SingleInstance"/>, <see cref="Centroid"/>, <see cref="TopDown"/> and <see cref="BottomUp"/> is there.
/// </summary>
public sealed record AutoOptions
{
    internal AutoOptions(PoseSubject subject, (int Height, int Width) frame, IReadOnlyList<OptionReason> reasons) => (Subject, Frame, Reasons) = (subject, frame, reasons);

    /// <summary>The options, when the proposal is a model of one animal; else null.</summary>
    public SingleInstanceOptions? SingleInstance { get; internal init; }

    /// <summary>The options, when it is a model of centres alone; else null.</summary>
    public CentroidOptions? Centroid { get; internal init; }

    /// <summary>The options, when it is a top-down model; else null.</summary>
    public TopDownOptions? TopDown { get; internal init; }

    /// <summary>The options, when it is a bottom-up model; else null.</summary>
    public BottomUpOptions? BottomUp { get; internal init; }

    /// <summary>Why each option is as it is.</summary>
    public IReadOnlyList<OptionReason> Reasons { get; }

    /// <summary>The model type as the command line calls it.</summary>
    public string Type => (SingleInstance, Centroid, TopDown) switch
    {
        ({ }, _, _) => "single-instance",
        (_, { }, _) => "centroid",
        (_, _, { }) => "top-down",
        _ => "bottom-up",
    };

    internal PoseSubject Subject { get; }

    internal (int Height, int Width) Frame { get; }

    /// <summary>The networks with their options, first stage first.</summary>
    internal IEnumerable<(ModelType Type, PoseModelOptions Options)> Networks => this switch
    {
        { SingleInstance: { } one } => [(ModelType.SingleInstance, one)],
        { Centroid: { } one } => [(ModelType.Centroid, one)],
        { TopDown: { } two } => [(ModelType.Centroid, two.Centroid), (ModelType.CenteredInstance, two.CenteredInstance)],
        _ => [(ModelType.BottomUp, BottomUp!)],
    };

    /// <summary>The same with other settings of each of its networks: to train on a device, in a run folder, with a longer training.</summary>
    /// <param name="change">From the options of a network to others of the same type.</param>
    public AutoOptions With(Func<PoseModelOptions, PoseModelOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return this with
        {
            SingleInstance = (SingleInstanceOptions?)Changed(SingleInstance),
            Centroid = (CentroidOptions?)Changed(Centroid),
            BottomUp = (BottomUpOptions?)Changed(BottomUp),
            TopDown = TopDown is null ? null : TopDown with { Centroid = (CentroidOptions)change(TopDown.Centroid), CenteredInstance = (CenteredInstanceOptions)change(TopDown.CenteredInstance) },
        };

        PoseModelOptions? Changed(PoseModelOptions? options) => options is null ? null : change(options);
    }

    /// <summary>The estimator that trains it.</summary>
    /// <param name="pose">From <c>mlContext.Pose()</c>.</param>
    public IPoseEstimator<PoseModelTransformer> Estimator(PoseCatalog pose) => this switch
    {
        { SingleInstance: { } one } => pose.SingleInstance(one),
        { Centroid: { } one } => pose.Centroid(one),
        { TopDown: { } two } => pose.TopDown(two),
        _ => pose.BottomUp(BottomUp!),
    };

    /// <summary>
    /// Writes it as configurations of sleap-nn, with the reasons as comments: one file, or for top-down one for each network, <c>config.centroid.yaml</c> and
    /// <c>config.centered_instance.yaml</c> for <c>config.yaml</c>. What sleap-nn has no word for, as the weight of the foreground in the loss, is not in them.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <returns>The files written.</returns>
    public IReadOnlyList<string> Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var networks = Networks.ToList();
        return [.. networks.Select(network =>
        {
            var name = SleapConfigWriter.NameOf(network.Type);
            var file = networks.Count == 1 ? path : Path.ChangeExtension(path, $".{name}{Path.GetExtension(path)}");
            var comments = Reasons.Where(reason => reason.Network.Length == 0 || reason.Network == name).Select(reason => $"# {reason}\n");
            IO.AtomicFile.Write(file, to => File.WriteAllText(to, string.Concat(comments) + SleapConfigWriter.Write(network.Type, network.Options, null, Subject, Frame)));
            return file;
        })];
    }
}
