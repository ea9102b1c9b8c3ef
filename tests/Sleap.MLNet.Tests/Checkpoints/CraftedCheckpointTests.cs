using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using FsCheck.Xunit;
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

/// <summary>
/// Small checkpoints that ask for more memory than any machine has are refused before it is taken.
/// </summary>
public sealed class CraftedCheckpointTests
{
    private const long MaxAllocated = 256 << 20;

    [Fact]
    public void Many_names_of_one_tensor_are_refused()
    {
        const int Numbers = 250_000;
        var tensor = TensorOf("0", Numbers, [Numbers], [1]);
        var names = Enumerable.Range(0, 5000).Select(i => $"{Text($"w{i}")}h\x07");
        Refused(
            Zip($"}}({Text("first")}{tensor}q\x07{string.Concat(names)}u.", ("data/0", new byte[Numbers * 4])),
            "4 times the file"
        );
    }

    [Fact]
    public void Many_tensors_of_many_dimensions_are_refused()
    {
        // The shape is there once, and recalled by each call.
        var shape = $"({string.Concat(Enumerable.Repeat("K\x01", 100_000))}tq\x09";
        var call = $"ctorch._utils\n_rebuild_tensor_v2\n(h\x08K\0h\x09h\x09tR";
        var tensors = Enumerable.Range(0, 5000).Select(i => Text($"w{i}") + call);
        Refused(
            Zip($"{Storage("0", 1)}q\x08{shape}}}({string.Concat(tensors)}u.", ("data/0", new byte[4])),
            "no tensor"
        );
    }

    [Fact]
    public void Many_dicts_of_one_list_are_refused()
    {
        var pairs = string.Concat(Enumerable.Repeat("]K\u0001aK\u0002a", 50_000));
        var calls = string.Concat(Enumerable.Repeat("ccollections\nOrderedDict\nh\x05R", 20_000));
        Refused(Zip($"](" + pairs + $"e\x85q\x05({calls}t."), "does not hold a dict");
    }

    [Fact]
    public void Storages_that_lie_over_each_other_are_refused()
    {
        const int Numbers = 250_000;
        var tensors = Enumerable.Range(0, 500).Select(i => Text($"w{i}") + TensorOf($"{i}", Numbers, [1], [1]));
        (string, byte[])[] storages =
        [
            .. Enumerable.Range(0, 500).Select(i => ($"data/{i}", new byte[i == 0 ? Numbers * 4 : 4])),
        ];
        var file = Zip($"}}({string.Concat(tensors)}u.", storages).ToArray();
        // Entries of the directory have the sizes at 20 and 24, and the place at 42.
        var first = -1;
        for (var at = 0; file.AsSpan(at).IndexOf("PK\x01\x02"u8) is >= 0 and var found; at += found + 4)
        {
            var entry = file.AsSpan(at + found);
            if (!entry[46..].StartsWith("best/data/"u8))
                continue;
            first = first < 0 ? at + found : first;
            file.AsSpan(first + 16, 12).CopyTo(entry[16..]);
            file.AsSpan(first + 42, 4).CopyTo(entry[42..]);
        }
        Refused(new MemoryStream(file), "more than the");
    }

    [Theory]
    [InlineData("[0,4611686018427387904]")]
    [InlineData("[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,0]")]
    public void Shapes_that_no_tensor_has_are_refused(string shape)
    {
        var header = Encoding.UTF8.GetBytes(
            $"{{\"w\":{{\"dtype\":\"F32\",\"shape\":{shape},\"data_offsets\":[0,0]}}}}"
        );
        var file = new MemoryStream([.. BitConverter.GetBytes((long)header.Length), .. header]);
        Assert.Contains("w:", Assert.Throws<PoseFormatException>(() => Safetensors.Read(file, "x")).Message);
    }

    [Fact]
    public void A_changed_number_is_told_by_the_check_sum()
    {
        MemoryStream File(byte[] numbers) => Zip($"}}{Text("w")}{TensorOf("0", 2, [2], [1])}s.", ("data/0", numbers));
        var whole = File([1, 2, 3, 4, 5, 6, 7, 8]).ToArray();
        using (TorchCheckpoint.Read(new MemoryStream(whole), "x").ToTensor("w")) { }
        var at = whole.AsSpan().IndexOf((ReadOnlySpan<byte>)[1, 2, 3, 4, 5, 6, 7, 8]);
        whole[at + 3] ^= 1;
        Refused(new MemoryStream(whole), "check sum");
        // torch can be told to compute none.
        for (var entry = 0; whole.AsSpan(entry).IndexOf("PK\x01\x02"u8) is >= 0 and var found; entry += found + 4)
            whole.AsSpan(entry + found + 16, 4).Clear();
        using var tensor = TorchCheckpoint.Read(new MemoryStream(whole), "x").ToTensor("w");
        Assert.Equal([2L], tensor.shape);
    }

    /// <summary>Options of a saved model or a folder that ask for networks, frames or crops beyond any memory.</summary>
    [Theory]
    [InlineData("filters", "100000")]
    [InlineData("convs_per_block", "100000000")]
    [InlineData("kernel_size", "30000")]
    [InlineData("max_stride", "1073741824")]
    [InlineData("max_height", "2000000000")]
    [InlineData("scale", "100000.0")]
    public void Sizes_beyond_those_of_the_file_are_refused_before_memory_is_taken(string key, string value)
    {
        var folder = Directory.CreateTempSubdirectory("sizes-").FullName;
        try
        {
            foreach (var file in Directory.GetFiles(Golden.PathOf("models/single_instance")))
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            var config = Path.Combine(folder, "training_config.yaml");
            var text = File.ReadAllText(config);
            var changed = System.Text.RegularExpressions.Regex.Replace(text, $@"(\n +{key}:)[^\n]*", $"$1 {value}");
            if (key == "max_height")
            {
                changed = System.Text.RegularExpressions.Regex.Replace(
                    changed,
                    @"(\n +max_width:)[^\n]*",
                    $"$1 {value}"
                );
            }

            Assert.NotEqual(text, changed);
            File.WriteAllText(config, changed);
            var pose = new MLContext(1).Pose();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var fault = Assert.ThrowsAny<Exception>(() => pose.FromSleap(folder));
            Assert.True(fault is ArgumentException or PoseFormatException, $"{fault}");
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocated);
            Assert.InRange(fault.Message.Length, 1, 1000);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void An_empty_tensor_is_read()
    {
        var read = TorchCheckpoint.Read(Zip($"}}{Text("w")}{TensorOf("0", 0, [0, 5], [5, 1])}s.", ("data/0", [])), "x");
        using var tensor = read.ToTensor("w");
        Assert.Equal([0L, 5], tensor.shape);
        Refused(Zip($"}}{Text("w")}{TensorOf("0", 0, [0, 1 << 20, 1 << 20], [1, 1, 1])}s.", ("data/0", [])), "beyond");
    }

    [Theory]
    [InlineData(2, 3)]
    [InlineData(3, 3, 1)]
    [InlineData(3, 3, 1, 0)]
    public void A_kernel_of_other_axes_is_refused(params int[] sizes)
    {
        var path = Path.GetTempFileName();
        try
        {
            using (var file = Hdf5Writer.Create(path))
            {
                var numbers = new float[sizes.Aggregate(1, (a, b) => a * b)];
                const string Name = "model_weights/stem0_conv0/stem0_conv0/kernel:0";
                file.Numbers<float>(Name, numbers, [.. sizes.Select(size => (long)size)]);
                file.Complete();
            }
            using var weights = new KerasWeights(path);
            Assert.Contains("kernel:0", Assert.Throws<PoseFormatException>(() => weights.InChannels).Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Whole numbers of the pickle (shapes, strides, offsets, counts, storages) become others.</summary>
    [Property(MaxTest = 300)]
    public void A_checkpoint_with_other_numbers_is_read_or_refused(int seed)
    {
        var random = new Random(seed);
        var file = File.ReadAllBytes(Golden.PathOf("models/single_instance/best.ckpt"));
        using var zip = new ZipArchive(new MemoryStream(file), ZipArchiveMode.Read);
        var entries = zip
            .Entries.Select(e => (Name: e.FullName[(e.FullName.IndexOf('/') + 1)..], Bytes: Bytes(e)))
            .ToDictionary(e => e.Name, e => e.Bytes);
        var pickle = entries["data.pkl"];
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            var at = random.Next(pickle.Length - 5);
            var size = pickle[at] switch
            {
                (byte)'K' or (byte)'h' => 1,
                (byte)'M' => 2,
                (byte)'J' => 4,
                _ => 0,
            };
            if (size == 0)
                i++;
            random.NextBytes(pickle.AsSpan(at + 1, size));
        }
        try
        {
            using var scope = NewDisposeScope();
            var changed = Zip(pickle, [.. entries.Where(e => e.Key != "data.pkl").Select(e => (e.Key, e.Value))]);
            var read = TorchCheckpoint.Read(changed, "changed");
            Assert.All(read.ToTensors(), entry => Assert.Equal(read.Shape(entry.Key), entry.Value.shape));
        }
        catch (PoseFormatException fault)
        {
            Assert.StartsWith("changed", fault.Message);
        }
    }

    private static void Refused(MemoryStream file, string cause)
    {
        Assert.InRange(file.Length, 1, 8 << 20);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var fault = Assert.Throws<PoseFormatException>(() => TorchCheckpoint.Read(file, "x").ToTensors());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocated);
        Assert.Contains(cause, fault.Message);
        Assert.InRange(fault.Message.Length, 1, 1000);
    }

    // Pickles as texts whose characters are bytes.

    private static string TensorOf(string storage, int numbers, int[] shape, int[] strides) =>
        $"ctorch._utils\n_rebuild_tensor_v2\n({Storage(storage, numbers)}K\0{Wholes(shape)}{Wholes(strides)}tR";

    private static string Storage(string key, int numbers) =>
        $"({Text("storage")}ctorch\nFloatStorage\n{Text(key)}{Text("cpu")}{Whole(numbers)}tQ";

    private static string Wholes(int[] numbers) => $"({string.Concat(numbers.Select(Whole))}t";

    private static string Whole(int number) => $"J{Latin(number)}";

    private static string Text(string text) => $"X{Latin(text.Length)}{text}";

    private static string Latin(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return Encoding.Latin1.GetString(bytes);
    }

    private static MemoryStream Zip(string pickle, params (string Name, byte[] Bytes)[] entries) =>
        Zip(Encoding.Latin1.GetBytes(pickle), entries);

    private static MemoryStream Zip(byte[] pickle, (string Name, byte[] Bytes)[] entries)
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in entries.Prepend(("data.pkl", pickle)))
            {
                using var entry = zip.CreateEntry($"best/{name}", CompressionLevel.NoCompression).Open();
                entry.Write(bytes);
            }
        }

        stream.Position = 0;
        return stream;
    }

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        var bytes = new byte[entry.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
