using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;
using static Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Builds an ONNX graph node by node; <see cref="OnnxValue"/> has the operations.</summary>
internal sealed class OnnxGraph
{
    /// <summary>Version of the operators.</summary>
    public const int Opset = 17;

    private const int IrVersion = 8;
    private readonly GraphProto _graph = new() { Name = "pose" };
    private readonly Dictionary<(DataType, string), OnnxValue> _constants = [];

    /// <summary>Adds an input.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Type of its elements.</param>
    /// <param name="shape">Its sizes; a name stands for any size.</param>
    public OnnxValue Input(string name, DataType type, params object[] shape)
    {
        _graph.Input.Add(Port(name, type, shape));
        return new(this, name, type);
    }

    /// <summary>Adds an output.</summary>
    /// <inheritdoc cref="Input"/>
    public void Output(string name, OnnxValue value, params object[] shape)
    {
        _graph.Node.Add(
            new NodeProto
            {
                OpType = "Identity",
                Name = name,
                Input = { value.Name },
                Output = { name },
            }
        );
        _graph.Output.Add(Port(name, value.Type, shape));
    }

    /// <summary>Adds a node and returns its first output.</summary>
    /// <param name="operation">Operator of ONNX.</param>
    /// <param name="type">Type of the output's elements.</param>
    /// <param name="inputs">Inputs; null stands for one that is left out.</param>
    /// <param name="attributes">Attributes: numbers, lists of whole numbers, texts or tensors.</param>
    public OnnxValue Call(
        string operation,
        DataType type,
        OnnxValue?[] inputs,
        params (string Name, object Value)[] attributes
    ) => CallAll(operation, [type], inputs, attributes)[0];

    /// <summary>Adds a node and returns its outputs.</summary>
    /// <inheritdoc cref="Call"/>
    public OnnxValue[] CallAll(
        string operation,
        DataType[] types,
        OnnxValue?[] inputs,
        params (string Name, object Value)[] attributes
    )
    {
        var name = $"{operation}_{_graph.Node.Count}";
        OnnxValue[] outputs = [.. types.Select((type, i) => new OnnxValue(this, i == 0 ? name : $"{name}_{i}", type))];
        _graph.Node.Add(
            new NodeProto
            {
                OpType = operation,
                Name = name,
                Input = { inputs.Select(input => input?.Name ?? "") },
                Output = { outputs.Select(output => output.Name) },
                Attribute = { attributes.Select(attribute => Attribute(attribute.Name, attribute.Value)) },
            }
        );
        return outputs;
    }

    /// <summary>Adds weights under their name in the network.</summary>
    public OnnxValue Weight(string name, Tensor values)
    {
        using var contiguous = values.detach().cpu().to(ScalarType.Float32).contiguous();
        return Add(name, DataType.Float, contiguous.shape, contiguous.bytes);
    }

    /// <summary>A vector of numbers.</summary>
    public OnnxValue Vector<T>(params T[] values)
        where T : unmanaged => Constant(values, values.Length);

    /// <summary>A number of a type; it has no dimensions.</summary>
    public OnnxValue Scalar(double value, DataType type) =>
        type switch
        {
            DataType.Float => Constant([(float)value]),
            DataType.Double => Constant([value]),
            DataType.Int64 => Constant([(long)value]),
            DataType.Int32 => Constant([(int)value]),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "There are no numbers of this type."),
        };

    /// <summary>Numbers of any shape; the same numbers are stored once.</summary>
    public OnnxValue Constant<T>(T[] values, params long[] shape)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values.AsSpan());
        var key = (TypeOf<T>(), $"{string.Join(',', shape)}:{Convert.ToHexString(bytes)}");
        return _constants.TryGetValue(key, out var known)
            ? known
            : _constants[key] = Add($"constant_{_constants.Count}", key.Item1, shape, bytes);
    }

    /// <summary>Returns the whole file.</summary>
    /// <param name="properties">Texts that are kept in the file, by name.</param>
    public ModelProto ToModel(params (string Name, string Text)[] properties)
    {
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            OpsetImport = { new OperatorSetIdProto { Version = Opset } },
            ProducerName = "Sleap.Onnx",
            Graph = _graph,
        };
        foreach (var (name, text) in properties)
            model.MetadataProps.Add(new StringStringEntryProto { Key = name, Value = text });
        return model;
    }

    private OnnxValue Add(string name, DataType type, long[] shape, ReadOnlySpan<byte> bytes)
    {
        _graph.Initializer.Add(
            new TensorProto
            {
                Name = name,
                DataType = (int)type,
                Dims = { shape },
                RawData = ByteString.CopyFrom(bytes),
            }
        );
        return new(this, name, type);
    }

    private static DataType TypeOf<T>() =>
        default(T) switch
        {
            float => DataType.Float,
            double => DataType.Double,
            long => DataType.Int64,
            int => DataType.Int32,
            bool => DataType.Bool,
            _ => throw new NotSupportedException($"There are no constants of {typeof(T)}."),
        };

    private static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case int or long:
                (attribute.Type, attribute.I) = (AttributeProto.Types.AttributeType.Int, Convert.ToInt64(value));
                break;
            case double number:
                (attribute.Type, attribute.F) = (AttributeProto.Types.AttributeType.Float, (float)number);
                break;
            case string text:
                attribute.Type = AttributeProto.Types.AttributeType.String;
                attribute.S = ByteString.CopyFromUtf8(text);
                break;
            case long[] numbers:
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                attribute.Ints.AddRange(numbers);
                break;
            case TensorProto tensor:
                (attribute.Type, attribute.T) = (AttributeProto.Types.AttributeType.Tensor, tensor);
                break;
            default:
                throw new NotSupportedException($"There are no attributes of {value.GetType()}.");
        }

        return attribute;
    }

    private static ValueInfoProto Port(string name, DataType type, object[] shape)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = new TensorShapeProto() };
        tensor.Shape.Dim.AddRange(
            shape.Select(size =>
                size is string any
                    ? new TensorShapeProto.Types.Dimension { DimParam = any }
                    : new TensorShapeProto.Types.Dimension { DimValue = Convert.ToInt64(size) }
            )
        );
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = tensor },
        };
    }
}
