using Microsoft.ML.Runtime;
using Sleap.IO;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Weights that a network starts from: read, and checked against the network, before any network is trained.
/// </summary>
internal sealed class StartWeights : IDisposable
{
    /// <summary>File in the run folder that says what was taken and what did not fit.</summary>
    public const string FileName = "start.txt";

    // Options of a backbone that may differ.
    private static readonly string[] FreeOptions =
    [
        nameof(BackboneOptions.OutputStride),
        nameof(BackboneOptions.InChannels),
        nameof(StagedBackboneOptions.PretrainedWeights),
    ];

    // What red, green and blue weigh in a gray image, as in NetworkInput.
    private static readonly float[] Gray = [0.2989f, 0.587f, 0.114f];

    private readonly TrainingStage _stage;
    private readonly List<CopiedTensor> _copied = [];
    private readonly List<string> _taken = [];
    private readonly List<string> _misfits = [];

    private StartWeights(TrainingStage stage) => _stage = stage;

    /// <summary>Reads the weights that a network starts from; null: none.</summary>
    /// <exception cref="FileNotFoundException">There is no file or folder at a path.</exception>
    /// <exception cref="PoseFormatException">
    /// A source is no model or is damaged, has another backbone, no head of this network, or no node of its skeleton.
    /// </exception>
    public static StartWeights? Of(TrainingStage stage, IHostEnvironment environment)
    {
        if (stage.Options.Training.Start is not { } start || (start.Backbone ?? start.Heads) is null)
            return null;
        using var scope = NewDisposeScope();
        var weights = new StartWeights(stage);
        using var model = stage.Options.CreateModel(stage.Subject);
        var shapes = model.Network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.shape);
        foreach (var path in new[] { start.Backbone, start.Heads }.OfType<string>().Distinct())
        {
            using var source = StartSource.Open(environment, path);
            var network = source.For(stage.Options);
            if (path == start.Backbone)
                weights.RequireSameBackbone(network);
            var tensors = network.Weights();
            RequireNumbers(path, tensors);
            if (path == start.Backbone)
                weights.AddBackbone(path, shapes, tensors);
            if (path == start.Heads)
                weights.AddHeads(network, model.Network.Heads, shapes, tensors);
        }
        foreach (var copied in weights._copied)
            copied.Values.DetachFromDisposeScope();
        return weights;
    }

    /// <summary>Copies the weights into a network, tells what did not fit, and frees them.</summary>
    /// <param name="network">A network of the same options.</param>
    /// <param name="folder">Folder of the run that gets the list; null: none.</param>
    /// <param name="channel">Receives the list.</param>
    public void MoveTo(PoseNetwork network, string? folder, IChannel channel)
    {
        using (no_grad())
        {
            var own = network.state_dict();
            foreach (var copied in _copied)
                copied.CopyTo(own[copied.Name]);
        }
        Dispose();
        var title = $"{_stage.Name} starts from {string.Join("; ", _taken)}.";
        if (_misfits.Count == 0)
            channel.Info(MessageSensitivity.None, "{0}", title);
        else
            channel.Warning(MessageSensitivity.None, "{0} {1}.", title, string.Join("; ", _misfits));
        if (folder is not null)
        {
            AtomicFile.WriteText(
                Path.Combine(folder, FileName),
                string.Concat(_misfits.Select(misfit => $"{misfit}.").Prepend(title).Select(line => $"{line}\n"))
            );
        }
    }

    public void Dispose()
    {
        foreach (var copied in _copied)
            copied.Values.Dispose();
    }

    private static void RequireNumbers(string path, IReadOnlyDictionary<string, Tensor> tensors)
    {
        foreach (var (name, values) in tensors)
        {
            if (values.is_floating_point() && !values.isfinite().all().item<bool>())
                throw new PoseFormatException(path, name, "It has values that are no numbers.");
        }
    }

    private void RequireSameBackbone(StartNetwork network)
    {
        if (network.Options is null)
            return; // names and shapes of the weights decide
        var (there, here) = (network.Options.Backbone, _stage.Options.Backbone);
        string[] differences =
            there.GetType() == here.GetType()
                ? [.. OptionList.Differences(there, here, [.. FreeOptions, .. OptionsWithoutWeights(here)])]
                : [$"{there.GetType().Name} there and {here.GetType().Name} here"];
        if (differences.Length > 0)
            throw OtherBackbone(network.Path, string.Join("; ", differences));
    }

    // Options that have no effect on this backbone, or on the padding of frames alone.
    private static string[] OptionsWithoutWeights(BackboneOptions backbone) =>
        backbone switch
        {
            UNetOptions { UpInterpolate: true } => [nameof(UNetOptions.KerasUpsampling)],
            StagedBackboneOptions => [nameof(BackboneOptions.MaxStride)],
            _ => [],
        };

    private void AddBackbone(
        string path,
        Dictionary<string, long[]> shapes,
        IReadOnlyDictionary<string, Tensor> tensors
    )
    {
        List<string> faults = [],
            fresh = [];
        foreach (var (name, shape) in shapes.Where(entry => PoseNetwork.IsBackbone(entry.Key)))
        {
            if (!tensors.TryGetValue(name, out var tensor))
            {
                if (IsOfDecoder(name))
                    fresh.Add(name);
                else
                    faults.Add($"{name} is missing");
            }
            else if (Fitted(tensor, shape) is { } fitted)
            {
                _copied.Add(new(name, fitted));
                if (!ReferenceEquals(fitted, tensor))
                    _misfits.Add($"{name} is converted from {tensor.shape[1]} to {shape[1]} channels of the image");
            }
            else
            {
                faults.Add($"{name} has the shape ({Text(tensor.shape)}), expected ({Text(shape)})");
            }
        }
        string[] unused = [.. tensors.Keys.Where(name => PoseNetwork.IsBackbone(name) && !shapes.ContainsKey(name))];
        faults.AddRange(unused.Where(name => !IsOfDecoder(name)).Select(name => $"{name} is not part of it here"));
        if (faults.Count > 0)
        {
            throw OtherBackbone(
                path,
                $"{string.Join("; ", faults.Take(5))}{(faults.Count > 5 ? $" and {faults.Count - 5} more" : "")}"
            );
        }
        _taken.Add($"the backbone of '{path}' ({_copied.Count} tensors)");
        if (fresh.Count > 0)
            _misfits.Add($"new, since the maps of '{path}' are coarser: {string.Join(", ", fresh)}");
        if (unused.Length > 0)
            _misfits.Add($"not used, since the maps of '{path}' are finer: {string.Join(", ", unused)}");
    }

    private void AddHeads(
        StartNetwork network,
        IReadOnlyList<HeadOptions> heads,
        Dictionary<string, long[]> shapes,
        IReadOnlyDictionary<string, Tensor> tensors
    )
    {
        StartHead[] matches =
        [
            .. heads.Select(
                (head, i) => new StartHead(head, $"head_layers.{i}.", _stage.Subject, network, shapes, tensors)
            ),
        ];
        if (!matches.Any(match => match.Exists))
        {
            var theirs = tensors.Keys.Where(name => !PoseNetwork.IsBackbone(name)).Take(4);
            throw new PoseFormatException(
                network.Path,
                null,
                $"It has no {string.Join(" or ", heads.Select(head => head.Name))}, which this network has; its heads "
                    + $"have {string.Join(", ", theirs)}. Start from its backbone alone: Start.Heads is null."
            );
        }
        foreach (var match in matches)
        {
            _copied.AddRange(match.Copied);
            if (match.Copied.Count > 0)
                _taken.Add($"{match.Rows.Count} of {match.Channels} channels of its {match.Name}");
            if (match.Misfit is { } misfit)
                _misfits.Add(misfit);
        }
    }

    // Images of another number of channels are converted before the first convolution; here its weights are, once.
    private static Tensor? Fitted(Tensor tensor, long[] shape)
    {
        if (tensor.shape.SequenceEqual(shape))
            return tensor;
        if (tensor.dim() != 4 || shape.Length != 4 || tensor.size(0) != shape[0])
            return null;
        if (!tensor.shape.Skip(2).SequenceEqual(shape.Skip(2)))
            return null;
        return (tensor.size(1), shape[1]) switch
        {
            (3, 1) => tensor.sum(1, keepdim: true),
            (1, 3) => tensor.mul(TorchSharp.torch.tensor(Gray).view(1, 3, 1, 1)),
            _ => null,
        };
    }

    private static bool IsOfDecoder(string name) => name.StartsWith("backbone.dec", StringComparison.Ordinal);

    private static PoseFormatException OtherBackbone(string path, string differences) =>
        new(
            path,
            null,
            $"Its backbone is another one: {differences}. Weights fit the backbone that they were trained in."
        );

    private static string Text(IEnumerable<long> shape) => string.Join(", ", shape);
}

/// <summary>A tensor of a network that gets other values.</summary>
/// <param name="Name">Its name in the state dict.</param>
/// <param name="Values">The values.</param>
/// <param name="Rows">Pairs of its row and the row of the values; null: all rows.</param>
internal sealed record CopiedTensor(string Name, Tensor Values, IReadOnlyList<(int To, int From)>? Rows = null)
{
    public void CopyTo(Tensor own)
    {
        if (Rows is null)
        {
            own.copy_(Values);
            return;
        }
        using var scope = NewDisposeScope();
        foreach (var (to, from) in Rows)
            own.select(0, to).copy_(Values.select(0, from));
    }
}
