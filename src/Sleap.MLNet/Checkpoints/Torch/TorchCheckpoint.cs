using System.IO.Compression;
using Sleap.IO;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// A file written by <c>torch.save</c>, such as a sleap-nn <c>best.ckpt</c> or a torchvision <c>.pth</c>, read without
/// Python: a zip file with a pickle and blocks of numbers. Only tensors, dicts, lists, strings and numbers are built;
/// classes named in the pickle are skipped, and no code is executed.
/// </summary>
public sealed class TorchCheckpoint
{
    private readonly Dictionary<string, (PickleTensor Tensor, byte[] Numbers)> _state;

    private TorchCheckpoint(
        IReadOnlyDictionary<string, object> values,
        Dictionary<string, (PickleTensor, byte[])> state
    )
    {
        Values = values;
        _state = state;
    }

    /// <summary>Names of the tensors in the state dict, in its order.</summary>
    public IEnumerable<string> Names => _state.Keys;

    /// <summary>Numbers (long, double), booleans and strings beside the state dict, such as <c>epoch</c>.</summary>
    public IReadOnlyDictionary<string, object> Values { get; }

    /// <summary>Reads a checkpoint.</summary>
    /// <param name="path">
    /// A file in torch's zip format that contains a state dict, or a dict with one under <c>state_dict</c>.
    /// </param>
    /// <exception cref="PoseFormatException">The file is not such a file, is damaged, or has no state dict.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static TorchCheckpoint Read(string path)
    {
        using var stream = File.OpenRead(path);
        return Read(stream, path);
    }

    /// <summary>Reads a checkpoint from a stream.</summary>
    /// <param name="stream">The file; the stream must support seeking.</param>
    /// <param name="name">Name in error messages.</param>
    /// <exception cref="PoseFormatException">The file is not such a file, is damaged, or has no state dict.</exception>
    public static TorchCheckpoint Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        try
        {
            using var zip = new ZipArchive(stream, ZipArchiveMode.Read, true);
            return Read(new TorchArchive(zip, stream.Length, name), name);
        }
        catch (InvalidDataException fault)
        {
            throw new PoseFormatException(
                name,
                null,
                $"It is no zip file, which checkpoints of torch 1.6 and newer "
                    + $"are, or it is damaged: {fault.Message}",
                fault
            );
        }
    }

    /// <summary>Returns the shape of a tensor.</summary>
    /// <exception cref="KeyNotFoundException">The tensor does not exist.</exception>
    public IReadOnlyList<long> Shape(string tensor) => _state[tensor].Tensor.Shape;

    /// <summary>Returns a tensor of the state dict, on the CPU.</summary>
    /// <exception cref="KeyNotFoundException">The tensor does not exist.</exception>
    public Tensor ToTensor(string tensor)
    {
        (var view, var numbers) = _state[tensor];
        var result = empty(view.Shape.ToArray(), TorchArchive.TypeOf(view.Storage.Type)!.Value.Type);
        numbers.CopyTo(result.bytes);
        return result;
    }

    /// <summary>Returns all tensors of the state dict, owned by the caller's dispose scope.</summary>
    public IReadOnlyDictionary<string, Tensor> ToTensors() => Names.ToDictionary(name => name, ToTensor);

    private static TorchCheckpoint Read(TorchArchive archive, string name)
    {
        if (PickleReader.Read(archive.Pickle(), name) is not PickleDictionary root)
        {
            throw new PoseFormatException(
                name,
                "data.pkl",
                "It does not hold a dict, expected a state dict or a checkpoint with one."
            );
        }

        var values = new Dictionary<string, object>();
        foreach ((var key, var value) in root.Entries)
        {
            if (key is string text && value is long or double or bool or string)
                values[text] = value;
        }

        var state = root["state_dict"] as PickleDictionary ?? root;
        var tensors = new Dictionary<string, (PickleTensor, byte[])>();
        foreach ((var key, var value) in state.Entries)
        {
            if (key is string text && value is PickleTensor tensor)
            {
                tensors[text] = (tensor, archive.Numbers(text, tensor));
            }
            else if (!ReferenceEquals(state, root))
            {
                throw new PoseFormatException(
                    name,
                    $"state_dict, {OneLine.Short($"{key}")}",
                    $"It is {OneLine.Short($"{(value as PickleOpaque)?.Called ?? value ?? "None"}")}, expected a tensor."
                );
            }
        }

        if (tensors.Count == 0)
            throw new PoseFormatException(name, "data.pkl", "There is no tensor in it, expected a state dict.");
        return new TorchCheckpoint(values, tensors);
    }
}
