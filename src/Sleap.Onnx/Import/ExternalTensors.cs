using System.Globalization;
using Google.Protobuf;
using Onnx;
using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>
/// Brings tensors that are kept in other files into the graph, so that nothing else reads files. A file must lie in the
/// folder of the graph itself, and no byte of it is read twice.
/// </summary>
/// <param name="file">The file of the graph, for messages.</param>
/// <param name="folder">Its folder; null: a graph that no file belongs to.</param>
internal sealed class ExternalTensors(string file, string? folder)
{
    private readonly Dictionary<string, (byte[] Bytes, long Left)> _files = [];

    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="PoseFormatException">A tensor lies outside of the folder or of its file.</exception>
    public void Inline(ModelProto model)
    {
        Inline(model.Graph);
        foreach (var node in model.Functions.SelectMany(function => function.Node))
            Inline(node);
    }

    private void Inline(GraphProto graph)
    {
        foreach (var tensor in graph.Initializer)
            Inline(tensor);
        foreach (var sparse in graph.SparseInitializer)
            Inline(sparse);
        foreach (var node in graph.Node)
            Inline(node);
    }

    private void Inline(NodeProto node)
    {
        foreach (var attribute in node.Attribute)
        {
            Inline(attribute.T);
            foreach (var tensor in attribute.Tensors)
                Inline(tensor);
            foreach (var sparse in attribute.SparseTensors.Append(attribute.SparseTensor))
                Inline(sparse);
            foreach (var graph in attribute.Graphs.Append(attribute.G))
            {
                if (graph is not null)
                    Inline(graph);
            }
        }
    }

    private void Inline(SparseTensorProto? sparse)
    {
        Inline(sparse?.Values);
        Inline(sparse?.Indices);
    }

    private void Inline(TensorProto? tensor)
    {
        var isHere = tensor is not { DataLocation: TensorProto.Types.DataLocation.External };
        if (tensor is null || (isHere && tensor.ExternalData.Count == 0))
            return;
        var place = OneLine.Of(tensor.Name);
        string? Entry(string key) => tensor.ExternalData.FirstOrDefault(entry => entry.Key == key)?.Value;
        long Number(string key, long missing) =>
            Entry(key) is not { } text ? missing
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw Fault(place, $"has the {key} '{OneLine.Of(text)}', expected a number of bytes.");
        var (bytes, left) = Open(Entry("location"), place);
        var offset = Number("offset", 0);
        var length = Number("length", Math.Max(0, bytes.Length - offset));
        if (offset > bytes.Length || length > bytes.Length - offset)
        {
            throw Fault(
                place,
                $"has the bytes from {offset} to {offset + length} of '{Entry("location")}', which has {bytes.Length}: "
                    + "the file is cut short, or of another model."
            );
        }

        if (length > left)
            throw Fault(place, $"refers to bytes of '{Entry("location")}' that other tensors have.");
        _files[Entry("location")!] = (bytes, left - length);
        tensor.RawData = ByteString.CopyFrom(bytes, (int)offset, (int)length);
        tensor.ExternalData.Clear();
        tensor.DataLocation = TensorProto.Types.DataLocation.Default;
    }

    private (byte[] Bytes, long Left) Open(string? name, string place)
    {
        if (name is not null && _files.TryGetValue(name, out var known))
            return known;
        if (
            folder is null
            || string.IsNullOrEmpty(name)
            || name is "." or ".."
            || name.AsSpan().ContainsAny("/\\:\0")
            || Path.GetFileName(name) != name
        )
        {
            throw Fault(
                place,
                $"is kept in '{OneLine.Of(name ?? "")}', expected "
                    + (
                        folder is null
                            ? "the graph to have all of its tensors."
                            : "the name of a file in the folder of the graph."
                    )
            );
        }

        var path = new FileInfo(Path.Combine(folder, name));
        if (!path.Exists)
        {
            throw new FileNotFoundException(
                $"{file}: the file '{name}' with weights is missing, which belongs into the same folder.",
                path.FullName
            );
        }

        if (path.LinkTarget is not null)
            throw Fault(place, $"is kept in '{name}', which is a link to another place.");
        if (path.Length > int.MaxValue)
            throw Fault(place, $"is kept in '{name}', which has more than 2 GB.");
        return _files[name] = (File.ReadAllBytes(path.FullName), path.Length);
    }

    private PoseFormatException Fault(string tensor, string cause) => new(file, $"tensor {tensor}", cause);
}
