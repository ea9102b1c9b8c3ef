using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;
using static TorchSharp.torch;

namespace Sleap.Bench;

/// <summary>Writes the network as an ONNX model with weights in it, for images of one size.</summary>
internal sealed class OnnxGraph
{
    public const string Images = "images",
        Maps = "maps";

    private const int Opset = 17,
        IrVersion = 8;
    private readonly GraphProto _graph = new() { Name = "unet" };

    private OnnxGraph() { }

    /// <summary>The bytes of the .onnx file.</summary>
    /// <param name="weights">Weights.</param>
    /// <param name="images">Shape of the input: (B, 1, H, W).</param>
    /// <param name="maps">Shape of the output: (B, nodes, H/2, W/2).</param>
    public static byte[] Write(UNetWeights weights, long[] images, long[] maps)
    {
        var writer = new OnnxGraph();
        writer._graph.Input.Add(Port(Images, images));
        writer._graph.Output.Add(Port(Maps, maps));
        writer.Add(weights);
        var opset = new OperatorSetIdProto { Version = Opset };
        return new ModelProto
        {
            IrVersion = IrVersion,
            OpsetImport = { opset },
            Graph = writer._graph,
        }.ToByteArray();
    }

    // The maps have the names of the nodes that make them.
    private void Add(UNetWeights weights)
    {
        var (x, skips) = (Images, new Stack<string>());
        foreach (var block in weights.Down)
        {
            // (B, filters, h, w)
            skips.Push(Block(x, block));
            x = Node(
                "MaxPool",
                $"pool{skips.Count}",
                [skips.Peek()],
                Numbers("kernel_shape", 2, 2),
                Numbers("strides", 2, 2)
            );
        }
        x = Block(x, weights.Middle);
        Initializer("scales", [4], [1f, 1, 2, 2]);
        foreach (var block in weights.Up)
        {
            // half_pixel is what torch calls align_corners = false. The empty name stands for the input that is left
            // out.
            x = Node(
                "Resize",
                $"up{skips.Count}",
                [x, "", "scales"],
                Word("mode", "linear"),
                Word("coordinate_transformation_mode", "half_pixel")
            );
            // (B, S + C, 2h, 2w)
            x = Node("Concat", $"joined{skips.Count}", [skips.Pop(), x], Number("axis", 1));
            x = Block(x, block);
        }
        Convolution(x, weights.Head, Maps);
    }

    private string Block(string x, ConvWeights[] convolutions)
    {
        foreach (var convolution in convolutions)
            x = Node("Relu", $"{convolution.Name}.relu", [Convolution(x, convolution, convolution.Name)]);
        return x;
    }

    private string Convolution(string x, ConvWeights weights, string name)
    {
        var kernel = weights.Weight.size(2);
        Initializer($"{weights.Name}.weight", weights.Weight);
        Initializer($"{weights.Name}.bias", weights.Bias);
        return Node(
            "Conv",
            name,
            [x, $"{weights.Name}.weight", $"{weights.Name}.bias"],
            Numbers("kernel_shape", kernel, kernel),
            Numbers("pads", kernel / 2, kernel / 2, kernel / 2, kernel / 2)
        );
    }

    private string Node(string operation, string name, string[] inputs, params AttributeProto[] attributes)
    {
        _graph.Node.Add(
            new NodeProto
            {
                OpType = operation,
                Name = name,
                Input = { inputs },
                Output = { name },
                Attribute = { attributes },
            }
        );
        return name;
    }

    private void Initializer(string name, Tensor values)
    {
        using var contiguous = values.detach().contiguous();
        Initializer(name, contiguous.shape, contiguous.data<float>().ToArray());
    }

    private void Initializer(string name, long[] shape, float[] values) =>
        _graph.Initializer.Add(
            new TensorProto
            {
                Name = name,
                DataType = (int)TensorProto.Types.DataType.Float,
                Dims = { shape },
                RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())),
            }
        );

    private static AttributeProto Number(string name, long value) =>
        new()
        {
            Name = name,
            Type = AttributeProto.Types.AttributeType.Int,
            I = value,
        };

    private static AttributeProto Numbers(string name, params long[] values) =>
        new()
        {
            Name = name,
            Type = AttributeProto.Types.AttributeType.Ints,
            Ints = { values },
        };

    private static AttributeProto Word(string name, string value) =>
        new()
        {
            Name = name,
            Type = AttributeProto.Types.AttributeType.String,
            S = ByteString.CopyFromUtf8(value),
        };

    private static ValueInfoProto Port(string name, long[] shape)
    {
        var tensor = new TypeProto.Types.Tensor
        {
            ElemType = (int)TensorProto.Types.DataType.Float,
            Shape = new TensorShapeProto(),
        };
        tensor.Shape.Dim.AddRange(shape.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = tensor },
        };
    }
}
