using static Onnx.TensorProto.Types;

namespace Sleap.MLNet;

/// <summary>A tensor in a graph, and the operations on it. Each adds a node; nothing is computed.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Name">Name in the graph.</param>
/// <param name="Type">Type of the elements.</param>
internal readonly record struct OnnxValue(OnnxGraph Graph, string Name, DataType Type)
{
    public static OnnxValue operator +(OnnxValue a, OnnxValue b) => a.With("Add", b);

    public static OnnxValue operator -(OnnxValue a, OnnxValue b) => a.With("Sub", b);

    public static OnnxValue operator *(OnnxValue a, OnnxValue b) => a.With("Mul", b);

    /// <summary>Quotient; of whole numbers without its fraction.</summary>
    public static OnnxValue operator /(OnnxValue a, OnnxValue b) => a.With("Div", b);

    public static OnnxValue operator %(OnnxValue a, OnnxValue b) => a.With("Mod", b);

    public static OnnxValue operator +(OnnxValue a, double b) => a + a.Graph.Scalar(b, a.Type);

    public static OnnxValue operator -(OnnxValue a, double b) => a - a.Graph.Scalar(b, a.Type);

    public static OnnxValue operator *(OnnxValue a, double b) => a * a.Graph.Scalar(b, a.Type);

    public static OnnxValue operator /(OnnxValue a, double b) => a / a.Graph.Scalar(b, a.Type);

    public static OnnxValue operator %(OnnxValue a, double b) => a % a.Graph.Scalar(b, a.Type);

    public static OnnxValue operator &(OnnxValue a, OnnxValue b) => a.With("And", b);

    public static OnnxValue operator |(OnnxValue a, OnnxValue b) => a.With("Or", b);

    public static OnnxValue operator !(OnnxValue a) => a.Do("Not");

    public static OnnxValue operator >(OnnxValue a, OnnxValue b) => a.Compare("Greater", b);

    public static OnnxValue operator <(OnnxValue a, OnnxValue b) => a.Compare("Less", b);

    public static OnnxValue operator >=(OnnxValue a, OnnxValue b) => a.Compare("GreaterOrEqual", b);

    public static OnnxValue operator <=(OnnxValue a, OnnxValue b) => a.Compare("LessOrEqual", b);

    public static OnnxValue operator >(OnnxValue a, double b) => a > a.Graph.Scalar(b, a.Type);

    public static OnnxValue operator <(OnnxValue a, double b) => a < a.Graph.Scalar(b, a.Type);

    public static OnnxValue operator >=(OnnxValue a, double b) => a >= a.Graph.Scalar(b, a.Type);

    public static OnnxValue operator <=(OnnxValue a, double b) => a <= a.Graph.Scalar(b, a.Type);

    public OnnxValue Is(OnnxValue other) => Compare("Equal", other);

    /// <summary>Adds a node that reads this value.</summary>
    public OnnxValue Do(string operation, params (string Name, object Value)[] attributes) =>
        Graph.Call(operation, Type, [this], attributes);

    public OnnxValue Floor() => Do("Floor");

    /// <summary>Halves are rounded to even numbers.</summary>
    public OnnxValue Round() => Do("Round");

    public OnnxValue Abs() => Do("Abs");

    public OnnxValue Relu() => Do("Relu");

    public OnnxValue Max(double other) => With("Max", Graph.Scalar(other, Type));

    public OnnxValue Min(double other) => With("Min", Graph.Scalar(other, Type));

    public OnnxValue Max(OnnxValue other) => With("Max", other);

    public OnnxValue Min(OnnxValue other) => With("Min", other);

    /// <summary>Another type; fractions are cut off where it has none.</summary>
    public OnnxValue As(DataType type) => type == Type ? this : Graph.Call("Cast", type, [this], ("to", (int)type));

    /// <summary>This where the condition holds, else the other.</summary>
    public OnnxValue Where(OnnxValue condition, OnnxValue other) => Graph.Call("Where", Type, [condition, this, other]);

    public OnnxValue Where(OnnxValue condition, double other) => Where(condition, Graph.Scalar(other, Type));

    /// <summary>All sizes, as a vector.</summary>
    public OnnxValue Shape() => Graph.Call("Shape", DataType.Int64, [this]);

    /// <summary>A size, as a vector of one.</summary>
    public OnnxValue Size(int axis) => Graph.Call("Shape", DataType.Int64, [this], ("start", axis), ("end", axis + 1));

    /// <summary>Other sizes: numbers, or vectors made by <see cref="Size"/>; 0 keeps a size and −1 is what is
    /// left.</summary>
    public OnnxValue Reshape(params object[] sizes) => Graph.Call("Reshape", Type, [this, Sizes(sizes)]);

    public OnnxValue Expand(params object[] sizes) => Graph.Call("Expand", Type, [this, Sizes(sizes)]);

    public OnnxValue Transpose(params long[] order) => Do("Transpose", ("perm", order));

    public OnnxValue Unsqueeze(params long[] axes) => Graph.Call("Unsqueeze", Type, [this, Graph.Vector(axes)]);

    public OnnxValue Squeeze(params long[] axes) => Graph.Call("Squeeze", Type, [this, Graph.Vector(axes)]);

    /// <summary>The elements of these numbers along an axis.</summary>
    public OnnxValue Gather(OnnxValue numbers, int axis = 0) =>
        Graph.Call("Gather", Type, [this, numbers], ("axis", axis));

    /// <summary>The elements of one number along an axis, which is dropped.</summary>
    public OnnxValue At(int number, int axis) => Gather(Graph.Scalar(number, DataType.Int64), axis);

    /// <summary>The elements from one number to before another along an axis; vectors of one.</summary>
    public OnnxValue Slice(OnnxValue from, OnnxValue to, int axis) =>
        Graph.Call("Slice", Type, [this, from, to, Graph.Vector<long>(axis)]);

    public OnnxValue Slice(long from, long to, int axis) => Slice(Graph.Vector(from), Graph.Vector(to), axis);

    public OnnxValue Concat(int axis, params OnnxValue[] others) =>
        Graph.Call("Concat", Type, [this, .. others.Select(other => (OnnxValue?)other)], ("axis", axis));

    /// <summary>More elements of zero at the end of the axes; the vector says how many at each.</summary>
    public OnnxValue PadEnds(params object[] counts)
    {
        var ends = Sizes(counts);
        return Graph.Call("Pad", Type, [this, (ends * 0).Concat(0, ends)]);
    }

    public OnnxValue Sum(params long[] axes) =>
        Graph.Call("ReduceSum", Type, [this, Graph.Vector(axes)], ("keepdims", 0));

    public OnnxValue Mean(params long[] axes) => Do("ReduceMean", ("axes", axes), ("keepdims", 0));

    /// <summary>The largest along axes; without any, of all elements.</summary>
    public OnnxValue Largest(params long[] axes) =>
        axes.Length == 0 ? Do("ReduceMax", ("keepdims", 0)) : Do("ReduceMax", ("axes", axes), ("keepdims", 0));

    /// <summary>Whether any holds along axes.</summary>
    public OnnxValue Any(params long[] axes) => As(DataType.Int32).Sum(axes) > 0;

    public OnnxValue MatMul(OnnxValue other) => With("MatMul", other);

    public OnnxValue MaxPool(long side, long stride, long padding, bool coverAll = false) =>
        Do(
            "MaxPool",
            ("kernel_shape", new[] { side, side }),
            ("strides", new[] { stride, stride }),
            ("pads", new[] { padding, padding, padding, padding }),
            ("ceil_mode", coverAll ? 1 : 0)
        );

    /// <summary>The largest elements along the last axis, falling; of equal ones the first comes first.</summary>
    public (OnnxValue Values, OnnxValue Numbers) Top(OnnxValue count)
    {
        var found = Graph.CallAll("TopK", [Type, DataType.Int64], [this, count], ("axis", -1), ("sorted", 1));
        return (found[0], found[1]);
    }

    /// <summary>The numbers from 0 to before this one, a vector of one.</summary>
    public OnnxValue Range() => Graph.Call("Range", Type, [Graph.Scalar(0, Type), Squeeze(0), Graph.Scalar(1, Type)]);

    /// <summary>Concatenates sizes to a vector.</summary>
    private OnnxValue Sizes(object[] sizes)
    {
        var graph = Graph;
        if (sizes.All(size => size is int or long))
            return graph.Vector([.. sizes.Select(Convert.ToInt64)]);
        OnnxValue[] parts =
        [
            .. sizes.Select(size => size is OnnxValue value ? value : graph.Vector(Convert.ToInt64(size))),
        ];
        return parts.Length == 1 ? parts[0] : parts[0].Concat(0, parts[1..]);
    }

    private OnnxValue With(string operation, OnnxValue other) => Graph.Call(operation, Type, [this, other]);

    private OnnxValue Compare(string operation, OnnxValue other) => Graph.Call(operation, DataType.Bool, [this, other]);
}
