using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Sleap.IO;
using Sleap.Transforms;
using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Writes the report of a run, <c>report.html</c>, after every epoch: curves, the worst validation frames, data,
/// settings and environment. The page needs no other file.
/// </summary>
internal sealed class TrainingReport
{
    private readonly string _path;
    private readonly string _title;
    private readonly List<NetworkReport> _networks = [];

    /// <param name="folder">The run folder.</param>
    /// <param name="title">Title of the page.</param>
    public TrainingReport(string folder, string title) =>
        (_path, _title) = (Path.Combine(folder, "report.html"), title);

    /// <summary>The split into training and validation frames.</summary>
    public StoredSplit? Split { get; set; }

    /// <summary>Description of the sample cache.</summary>
    public string Cache { get; set; } = "";

    /// <summary>Findings of the checks of options and labels.</summary>
    public IReadOnlyList<string> Findings { get; set; } = [];

    public NetworkReport Add(TrainingStage stage, RunFolder folder)
    {
        var network = new NetworkReport(this, stage, folder);
        _networks.Add(network);
        return network;
    }

    public void Write() => AtomicFile.WriteText(_path, Page());

    private string Page()
    {
        var page = new HtmlPage($"Training: {_title}");
        page.Title(
            $"Training: {_title}",
            $"{Path.GetFileName(Path.GetDirectoryName(_path))} · written "
                + $"{DateTime.Now.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}"
        );
        foreach (var finding in Findings)
            page.Note(finding);
        foreach (var network in _networks.Where(network => network.History.Count > 0))
            Network(page, network);
        Data(page);
        foreach (var network in _networks)
            Settings(page, network);
        page.Heading("Environment")
            .Table(["", ""], Environment().Select(row => ((string?)null, (IEnumerable<string>)[row.Name, row.Value])));
        return page.ToString();
    }

    private void Network(HtmlPage page, NetworkReport network)
    {
        var (last, best) = (network.History[^1], network.History.LastOrDefault(p => p.IsBest) ?? network.History[^1]);
        page.Heading(network.Name)
            .Cards([
                ($"{last.Epoch} / {network.Options.Training.Epochs}", "epochs"),
                (
                    $"{HtmlPage.Number(best.ValidationError, "0.00")} px",
                    $"validation error of the best epoch, {best.Epoch.ToString(CultureInfo.InvariantCulture)}"
                ),
                (HtmlPage.Number(best.ValidationLoss, "0.00000"), "its validation loss"),
                .. best.Metrics.Select(metric => (HtmlPage.Number(metric.Value, "0.00"), metric.Name)),
                (HtmlPage.Number(last.StepsPerSecond, "0.0"), "steps a second"),
                (TrainingProgress.Clock(last.Elapsed), "elapsed"),
                (last.IsLast ? "–" : TrainingProgress.Clock(last.Remaining), "remaining"),
            ]);
        page.Paragraph(network.Data).Svg(TrainingCharts.Of(network.History));
        if (network.Pictures.Count == 0)
            return;
        page.Heading($"Worst validation frames of {network.Name}")
            .Paragraph(
                $"As the network sees them, by the weights of epoch "
                    + $"{best.Epoch.ToString(CultureInfo.InvariantCulture)}. "
                    + $"White rings are the labels; dots are the "
                    + $"peaks of each node's map, lines lead from a label to its peak."
            )
            .Pictures(network.Pictures, areParts: true);
    }

    private void Data(HtmlPage page)
    {
        if (Split is null)
            return;
        page.Heading("Frames")
            .Table(
                ["video", "training", "validation"],
                Split
                    .Frames.GroupBy(frame => frame.Video)
                    .Take(50)
                    .Select(video =>
                        (
                            (string?)null,
                            (IEnumerable<string>)[video.Key, Count(video, "training"), Count(video, "validation")]
                        )
                    )
            );
        page.Paragraph($"split.json lists each frame. Decoded frames: {Cache}.");

        static string Count(IEnumerable<StoredSplit.StoredFrame> frames, string set) =>
            frames.Count(frame => frame.Set == set).ToString(CultureInfo.InvariantCulture);
    }

    // Changed settings come first.
    private static void Settings(HtmlPage page, NetworkReport network)
    {
        var usual = Defaults(network.Options)
            .GroupBy(option => option.Name)
            .ToDictionary(group => group.Key, group => group.First().Value);
        (string? Color, IEnumerable<string> Cells) Row((string Name, string Value) option) =>
            usual.GetValueOrDefault(option.Name, option.Value) is var other && other == option.Value
                ? (null, [option.Name, option.Value, ""])
                : ("#d98a1f", [option.Name, option.Value, other]);
        page.Heading($"Settings of {network.Name}")
            .Paragraph("A dot marks what is not the default, which stands beside it.")
            .Table(
                ["option", "value", "default"],
                OptionList.Of(network.Options).Select(Row).OrderBy(row => row.Color is null)
            );
    }

    private static IEnumerable<(string Name, string Value)> Defaults(NetworkOptions options)
    {
        var usual = (NetworkOptions)Activator.CreateInstance(options.GetType())!;
        return OptionList.Of(
            usual.Backbone.GetType() == options.Backbone.GetType()
                ? usual
                : usual with
                {
                    Backbone = (BackboneOptions)Activator.CreateInstance(options.Backbone.GetType())!,
                }
        );
    }

    private IEnumerable<(string Name, string Value)> Environment()
    {
        var training = _networks[0].Options.Training;
        yield return ("Sleap.MLNet", typeof(TrainingReport).Assembly.GetName().Version?.ToString(3) ?? "");
        yield return ("libtorch", torch.__version__);
        yield return (".NET", RuntimeInformation.FrameworkDescription);
        yield return ("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}");
        yield return ("device", TorchDevice.Of(training.Device).ToString());
        if (TorchDevice.Of(training.Device).type == TorchSharp.DeviceType.CPU)
            yield return ("convolutions", PixelMap.Description);
        yield return (
            "threads",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{torch.get_num_threads()} of libtorch, {System.Environment.ProcessorCount} processors"
            )
        );
        yield return (
            "memory",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20} "
                    + $"MB available; {System.Environment.WorkingSet >> 20} MB used by this process"
            )
        );
        if (Split is not null)
            yield return ("seed", Split.Seed.ToString(CultureInfo.InvariantCulture));
    }
}

/// <summary>The part of a run's report about one network.</summary>
/// <param name="page">The report.</param>
/// <param name="stage">The network.</param>
/// <param name="folder">The network's folder with the history of its epochs.</param>
internal sealed class NetworkReport(TrainingReport page, TrainingStage stage, RunFolder folder)
{
    private const int MaxImages = 6;
    private static readonly DrawingOptions Drawing = FramePictures.ForParts(new DrawingOptions());

    public string Name => stage.Name;

    public NetworkOptions Options => stage.Options;

    public IReadOnlyList<TrainingProgress> History => folder.History;

    /// <summary>Description of the training data; empty before training starts.</summary>
    public string Data { get; private set; } = "";

    /// <summary>The worst validation frames of the best epoch, as data URLs with captions.</summary>
    public IReadOnlyList<(string Data, string Caption)> Pictures { get; private set; } = [];

    /// <summary>The skeleton of the instances in the images.</summary>
    public Skeleton Skeleton { get; private set; } = new("", []);

    /// <summary>Called before training starts.</summary>
    public void Begin(SampleMaker samples, long parameters)
    {
        var ((height, width), (tileHeight, tileWidth)) = (samples.Training.Input, samples.Training.InBatch);
        var tiles = samples.Training.Tiles is null ? "" : $", trained on tiles of {tileWidth} × {tileHeight}";
        Skeleton = samples.Skeleton;
        Data = string.Create(
            CultureInfo.InvariantCulture,
            $"{samples.Training.Count} training and {samples.Validation.Count} "
                + $"validation samples; network input {width} × {height} pixels{tiles}; {parameters / 1e6:0.00} million "
                + $"parameters."
        );
    }

    /// <summary>Draws the samples with the largest errors.</summary>
    public void Worst(TrainingSamples samples, IEnumerable<SampleError> errors) =>
        Pictures = [
            .. errors
                .Where(error => error.ErrorWithMisses > 0)
                .OrderByDescending(error => error.ErrorWithMisses)
                .Take(MaxImages)
                .Select(error => (Draw(samples, error), Caption(samples, error))),
        ];

    public void Write() => page.Write();

    private string Draw(TrainingSamples samples, SampleError error)
    {
        using var scope = NewDisposeScope();
        var batch = samples.Batch([error.Sample], Augmenter.None, Random.Shared); // draws no random numbers
        using var canvas = TensorImages.Canvas(batch.Images, 0);
        var (truth, peaks) = (Instances(batch.Points.Values<float>()), Instances(error.Nearest));
        var source = samples.Source(error.Sample);
        var box = Box.AroundCoordinates<float>(truth.Points);
        var overlay = new PoseOverlay(Skeleton, [], truth.Count <= 1, Drawing);
        using var part = FramePictures.Part(canvas, overlay, (source.Video, source.Frame), box, truth, peaks);
        return part.ToDataUri();
    }

    private InstanceArray Instances(float[] points) => TensorImages.Instances(points, Skeleton.Nodes.Length);

    private static string Caption(TrainingSamples samples, SampleError error)
    {
        var source = samples.Source(error.Sample).ToString();
        return $"{char.ToUpperInvariant(source[0])}{source[1..]}: mean {HtmlPage.Number(error.Mean, "0.0")} px, "
            + $"{error.Found} of {error.Labeled} nodes seen";
    }
}

/// <summary>
/// Lists the options of a record as names and values; nested options are listed by path: <c>Training.Epochs</c>,
/// <c>20</c>.
/// </summary>
internal static class OptionList
{
    // These options have no influence on what is learned.
    private static readonly HashSet<string> IgnoredOptions =
    [
        "Columns",
        "Progress",
        "CancellationToken",
        "EqualityContract",
    ];

    public static IEnumerable<(string Name, string Value)> Of(object options, string path = "")
    {
        foreach (
            var property in options
                .GetType()
                .GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => !IgnoredOptions.Contains(property.Name) && property.GetIndexParameters().Length == 0)
        )
        {
            var (name, value) = (path + property.Name, property.GetValue(options));
            if (value is null || value is string or ValueType)
            {
                yield return (name, Text(value));
            }
            else if (value is System.Collections.IEnumerable list)
            {
                yield return (name, string.Join(", ", list.Cast<object?>().Select(Text)));
            }
            else
            {
                // The type of a polymorphic option, such as the backbone or the schedule, is an option itself.
                if (value.GetType() != property.PropertyType)
                    yield return (name, value.GetType().Name);
                foreach (var inner in Of(value, name + "."))
                    yield return inner;
            }
        }
    }

    /// <summary>Names the options of two records of a type whose values differ, and the values.</summary>
    /// <param name="there">One of the records.</param>
    /// <param name="here">The other one.</param>
    /// <param name="except">Names of options that may differ.</param>
    public static IEnumerable<string> Differences(object there, object here, IReadOnlyCollection<string> except)
    {
        var values = Of(here).ToLookup(option => option.Name, option => option.Value);
        return Of(there)
            .Where(option => !except.Contains(option.Name) && !values[option.Name].Contains(option.Value))
            .Select(option =>
                $"{option.Name} is {option.Value} there and {string.Join(", ", values[option.Name])} here"
            );
    }

    private static string Text(object? value) =>
        value switch
        {
            null => "null",
            bool flag => flag ? "true" : "false",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };
}
