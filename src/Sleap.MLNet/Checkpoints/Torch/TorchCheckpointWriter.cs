using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Writes a checkpoint that <c>torch.load</c> can read, also with <c>weights_only</c>: a zip file with a pickle of
/// protocol 2 and blocks of numbers, in the layout of <c>torch.save</c>.
/// </summary>
internal sealed class TorchCheckpointWriter
{
    private const string Folder = "best";
    private readonly MemoryStream _pickle = new();

    private TorchCheckpointWriter() { }

    /// <summary>Writes a dict of strings and whole numbers with a state dict under <c>state_dict</c>.</summary>
    /// <param name="stream">The output.</param>
    /// <param name="state">
    /// Names and tensors, in order; whole numbers stay 64-bit, all other types become float32.
    /// </param>
    /// <param name="values">Strings and whole numbers beside them.</param>
    public static void Write(
        Stream stream,
        IReadOnlyList<KeyValuePair<string, Tensor>> state,
        IReadOnlyDictionary<string, object> values
    )
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        Add(zip, "data.pkl", new TorchCheckpointWriter().Pickle(state, values));
        Add(zip, "byteorder", "little"u8);
        for (var i = 0; i < state.Count; i++)
        {
            using var scope = NewDisposeScope();
            Add(zip, $"data/{i}", state[i].Value.detach().to(TypeOf(state[i].Value)).cpu().contiguous().clone().bytes);
        }
        Add(zip, "version", "3\n"u8);
    }

    private static void Add(ZipArchive zip, string name, ReadOnlySpan<byte> bytes)
    {
        // Stored, not compressed: torch maps the blocks into memory.
        using var entry = zip.CreateEntry($"{Folder}/{name}", CompressionLevel.NoCompression).Open();
        entry.Write(bytes);
    }

    private byte[] Pickle(IReadOnlyList<KeyValuePair<string, Tensor>> state, IReadOnlyDictionary<string, object> values)
    {
        Op(0x80, 2); // PROTO 2
        Op('}'); // EMPTY_DICT
        Op('('); // MARK
        foreach (var (key, value) in values)
        {
            Text(key);
            if (value is string text)
                Text(text);
            else
                Whole(Convert.ToInt32(value, System.Globalization.CultureInfo.InvariantCulture));
        }
        Text("state_dict");
        Ordered();
        Op('(');
        for (var i = 0; i < state.Count; i++)
        {
            Text(state[i].Key);
            TensorOf(i, state[i].Value);
        }
        Op('u'); // SETITEMS
        Op('u');
        Op('.'); // STOP
        return _pickle.ToArray();
    }

    // torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)
    private void TensorOf(int number, Tensor tensor)
    {
        Global("torch._utils", "_rebuild_tensor_v2");
        Op('(');
        Op('(');
        Text("storage");
        Global("torch", TypeOf(tensor) == ScalarType.Int64 ? "LongStorage" : "FloatStorage");
        Text(number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Text("cpu");
        Whole((int)tensor.numel());
        Op('t'); // TUPLE
        Op('Q'); // BINPERSID
        Whole(0);
        var shape = tensor.shape;
        Wholes(shape);
        var strides = new long[shape.Length];
        for (var (i, step) = (shape.Length - 1, 1L); i >= 0; step *= shape[i--])
            strides[i] = step;
        Wholes(strides);
        Op(0x89); // NEWFALSE
        Ordered();
        Op('t');
        Op('R'); // REDUCE
    }

    // Position tables are whole numbers.
    private static ScalarType TypeOf(Tensor tensor) =>
        tensor.dtype == ScalarType.Int64 ? ScalarType.Int64 : ScalarType.Float32;

    private void Ordered()
    {
        Global("collections", "OrderedDict");
        Op(')'); // EMPTY_TUPLE
        Op('R');
    }

    private void Wholes(long[] values)
    {
        Op('(');
        foreach (var value in values)
            Whole((int)value);
        Op('t');
    }

    private void Whole(int value)
    {
        Span<byte> bytes = stackalloc byte[5];
        bytes[0] = (byte)'J'; // BININT
        BinaryPrimitives.WriteInt32LittleEndian(bytes[1..], value);
        _pickle.Write(bytes);
    }

    private void Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> head = stackalloc byte[5];
        head[0] = (byte)'X'; // BINUNICODE
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], bytes.Length);
        _pickle.Write(head);
        _pickle.Write(bytes);
    }

    private void Global(string module, string name) => _pickle.Write(Encoding.UTF8.GetBytes($"c{module}\n{name}\n"));

    private void Op(char code) => _pickle.WriteByte((byte)code);

    private void Op(params ReadOnlySpan<byte> codes) => _pickle.Write(codes);
}
