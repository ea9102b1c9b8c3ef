using Sleap.IO;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// What a head can take from another network: all hidden layers, and of the output layer the channels of the same
/// names.
/// </summary>
internal sealed class StartHead
{
    // Options that may differ: channels are matched by name, and the loss is not part of the network.
    private static readonly string[] FreeOptions =
    [
        nameof(ConfidenceMapHeadOptions.Nodes),
        nameof(PartAffinityHeadOptions.Edges),
        nameof(ClassMapHeadOptions.Classes),
        nameof(HeadOptions.Channels),
        nameof(HeadOptions.LossWeight),
    ];

    private readonly HeadOptions _head;
    private readonly StartNetwork _source;

    /// <param name="head">The head.</param>
    /// <param name="prefix">What its names in the state dict begin with.</param>
    /// <param name="subject">Skeleton and classes of the head.</param>
    /// <param name="source">The other network.</param>
    /// <param name="shapes">Shapes of the state dict of the head's network.</param>
    /// <param name="tensors">The state dict of the other network.</param>
    /// <exception cref="PoseFormatException">The two skeletons have no node in common.</exception>
    public StartHead(
        HeadOptions head,
        string prefix,
        PoseSubject subject,
        StartNetwork source,
        Dictionary<string, long[]> shapes,
        IReadOnlyDictionary<string, Tensor> tensors
    )
    {
        (_head, _source) = (head, source);
        var mark = $".{head.Name}.";
        string[] names = [.. shapes.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];
        if (tensors.Keys.FirstOrDefault(name => name.Contains(mark, StringComparison.Ordinal)) is not { } any)
        {
            Misfit = $"new, since '{source.Path}' has no {head.Name}: {string.Join(", ", names)}";
            return;
        }
        Exists = true;
        var there = any[..(any.IndexOf(mark, StringComparison.Ordinal) + 1)];
        string[] outputs = [.. names.Where(name => name.Contains(mark, StringComparison.Ordinal))];
        var from = source.Options?.Heads(source.Subject!).First(one => one.Name == head.Name);
        List<string> faults = from is null ? [] : [.. OptionList.Differences(from, head, FreeOptionsOf(head))];
        foreach (var name in names)
        {
            var own = shapes[name];
            // The channels of the output layer are matched by name, and without names in their order.
            var free = from is not null && outputs.Contains(name) ? 1 : 0;
            if (!tensors.TryGetValue(there + name[prefix.Length..], out var tensor))
                faults.Add($"{name} is missing");
            else if (!tensor.shape.Skip(free).SequenceEqual(own.Skip(free)) || tensor.dim() != own.Length)
                faults.Add($"{name} has the shape ({Text(tensor.shape)}), expected ({Text(own)})");
        }
        if (faults.Count > 0)
        {
            Misfit = $"new, since they do not fit: {string.Join(", ", names)} ({string.Join("; ", faults)})";
            return;
        }
        Match(from, subject, outputs);
        Copied =
        [
            .. names.Select(name => new CopiedTensor(
                name,
                tensors[there + name[prefix.Length..]],
                outputs.Contains(name) ? Rows : null
            )),
        ];
    }

    /// <summary>sleap-nn's name of the head.</summary>
    public string Name => _head.Name;

    /// <summary>Channels of its output.</summary>
    public int Channels => _head.Channels;

    /// <summary>Whether the other network has a head of this name.</summary>
    public bool Exists { get; }

    /// <summary>Pairs of a channel and the channel of the other network that it takes.</summary>
    public IReadOnlyList<(int To, int From)> Rows { get; private set; } = [];

    /// <summary>What the head takes.</summary>
    public IReadOnlyList<CopiedTensor> Copied { get; } = [];

    /// <summary>What does not fit, and why; null: all fits.</summary>
    public string? Misfit { get; private set; }

    private void Match(HeadOptions? from, PoseSubject subject, string[] outputs)
    {
        var layer = string.Join(", ", outputs);
        var own = _head.ChannelNames(subject);
        if (from is null)
        {
            Rows = [.. own.Select((_, channel) => (channel, channel))];
            Misfit = $"channels in their order, since there are no names beside '{_source.Path}': {layer}";
            return;
        }
        var theirs = from.ChannelNames(_source.Subject!);
        var places = theirs
            .Index()
            .DistinctBy(entry => entry.Item)
            .ToDictionary(entry => entry.Item, entry => entry.Index);
        Rows =
        [
            .. own.Index()
                .Where(entry => places.ContainsKey(entry.Item))
                .Select(entry => (entry.Index, places[entry.Item])),
        ];
        if (Rows.Count == 0 && _head is ConfidenceMapHeadOptions)
        {
            throw new PoseFormatException(
                _source.Path,
                null,
                $"Its skeleton has no node of this one: {string.Join(", ", theirs)} there and {string.Join(", ", own)} "
                    + "here. Start from its backbone alone: Start.Heads is null."
            );
        }
        string[] fresh = [.. own.Except(theirs)],
            unused = [.. theirs.Except(own)];
        if (fresh.Length + unused.Length > 0)
        {
            Misfit =
                $"channels of {layer}: new, since '{_source.Path}' has none of the name: {List(fresh)}; not used, "
                + $"since there is none of the name here: {List(unused)}";
        }
    }

    private static string[] FreeOptionsOf(HeadOptions head) =>
        head.ReadsDeepest ? [.. FreeOptions, nameof(HeadOptions.OutputStride)] : FreeOptions;

    private static string List(string[] names) => names.Length == 0 ? "none" : string.Join(", ", names);

    private static string Text(IEnumerable<long> shape) => string.Join(", ", shape);
}
