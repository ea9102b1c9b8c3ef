using System.Buffers.Binary;
using System.Text;
using FsCheck.Xunit;
using Sleap.IO;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class SafetensorsTests
{
    [Fact]
    public void What_is_written_is_read_back()
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>
        {
            ["numbers"] = rand(new long[] { 2, 3, 4 }),
            ["turned"] = rand(new long[] { 3, 5 }).transpose(0, 1),
            ["channels last"] = ChannelsLast.Convert(rand(new long[] { 2, 3, 4, 5 })),
            ["whole"] = arange(7, ScalarType.Int64),
            ["none"] = zeros(new long[] { 0, 3 }),
            ["scalar"] = ones(Array.Empty<long>()),
        };
        using var stream = new MemoryStream();
        Safetensors.Write(stream, tensors, new Dictionary<string, string> { ["who"] = "ä\"b" });
        var file = Safetensors.Read(new MemoryStream(stream.ToArray()), "memory");
        Assert.Equal("ä\"b", file.Metadata["who"]);
        Assert.Equal(tensors.Keys, file.Entries.Keys);
        foreach ((var name, var tensor) in tensors)
        {
            var back = file.ToTensor(name);
            Assert.Equal(tensor.dtype, back.dtype);
            Assert.Equal(0, Golden.Difference(tensor, back));
        }
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", 8, "not JSON")]
    [InlineData("[1,2]", 0, "expected an object")]
    [InlineData("""{"a":7}""", 0, "expected an object")]
    [InlineData("""{"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}}""", 8, "F99")]
    [InlineData("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", 8, "dtype")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":"2","data_offsets":[0,8]}}""", 8, "shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "takes 12")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,8,8,8,8],"data_offsets":[0,8]}}""", 8, "takes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,16]}}""", 8, "cut off")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8, "data_offsets")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""",
        12,
        "begins at byte 4"
    )]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "begins at byte 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 12, "12 follow")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        8,
        "twice"
    )]
    public void Hostile_headers_are_refused_with_the_cause(string header, int data, string cause)
    {
        byte[] json = Encoding.UTF8.GetBytes(header),
            file = new byte[8 + json.Length + data];
        BinaryPrimitives.WriteInt64LittleEndian(file, json.Length);
        json.CopyTo(file, 8);
        var fault = Assert.Throws<PoseFormatException>(() =>
            Safetensors.Read(new MemoryStream(file), "evil.safetensors")
        );
        Assert.StartsWith("evil.safetensors", fault.Message);
        Assert.Contains(cause, fault.Message);
    }

    [Theory, InlineData(0L), InlineData(-1L), InlineData(1L << 40), InlineData(long.MaxValue), InlineData(100L)]
    public void A_header_length_that_cannot_be_is_refused(long length)
    {
        var file = new byte[64];
        BinaryPrimitives.WriteInt64LittleEndian(file, length);
        Assert.Contains(
            "header",
            Assert.Throws<PoseFormatException>(() => Safetensors.Read(new MemoryStream(file), "x")).Message
        );
    }

    [Property(MaxTest = 300)]
    public void A_damaged_file_gives_an_error_or_other_numbers_but_nothing_else(int seed)
    {
        var random = new Random(seed);
        var file = File.ReadAllBytes(Golden.PathOf("networks/unet-at-max-stride.safetensors"));
        if (random.Next(2) == 0)
            file = file[..random.Next(file.Length)];
        for (var i = random.Next(1, 4); i > 0 && file.Length > 0; i--)
            file[random.Next(Math.Min(file.Length, 5000))] = (byte)random.Next(256);
        try
        {
            using var scope = NewDisposeScope();
            var read = Safetensors.Read(new MemoryStream(file), "damaged");
            Assert.All(
                read.Entries.Keys,
                name => Assert.Equal(read.Entries[name].Shape.ToArray(), read.ToTensor(name).shape)
            );
        }
        catch (PoseFormatException fault)
        {
            Assert.StartsWith("damaged", fault.Message);
        }
    }

    [Fact]
    public void Too_short_a_file_and_an_unknown_name_are_named()
    {
        Assert.Contains(
            "has 3 bytes",
            Assert.Throws<PoseFormatException>(() => Safetensors.Read(new MemoryStream(new byte[3]), "x")).Message
        );
        Assert.Contains(
            "nowhere",
            Assert
                .Throws<PoseFormatException>(() => Golden.Open("networks/unet-convs1.safetensors").ToTensor("nowhere"))
                .Message
        );
    }
}
