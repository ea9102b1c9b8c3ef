using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;
using Sleap.IO;
using static Onnx.TensorProto.Types;

namespace Sleap.Cli.Tests;

/// <summary>Small object detectors as ONNX files.</summary>
internal static class Detectors
{
    private const int Side = 1024;

    /// <summary>A detector that finds the boxes of these instances in any image of 1024 x 1024 pixels.</summary>
    public static byte[] At(IReadOnlyCollection<Instance> instances)
    {
        float[] rows =
        [
            .. instances
                .Select(instance => instance.Points.Where(point => !point.IsMissing).ToList())
                .SelectMany(seen =>
                    (double[])[seen.Min(p => p.X), seen.Min(p => p.Y), seen.Max(p => p.X), seen.Max(p => p.Y), 0.9, 0]
                )
                .Select(number => (float)number),
        ];
        var graph = new GraphProto
        {
            Name = "detector",
            Input = { Port("image", 1, 3, Side, Side) },
            Output = { Port("found", 1, instances.Count, 6) },
            Initializer =
            {
                new TensorProto
                {
                    Name = "rows",
                    DataType = (int)DataType.Float,
                    Dims = { 1, instances.Count, 6 },
                    RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(rows)),
                },
            },
            Node =
            {
                new NodeProto
                {
                    OpType = "Identity",
                    Input = { "rows" },
                    Output = { "found" },
                },
            },
        };
        return new ModelProto
        {
            IrVersion = 8,
            OpsetImport = { new OperatorSetIdProto { Version = 17 } },
            Graph = graph,
        }.ToByteArray();
    }

    private static ValueInfoProto Port(string name, params long[] sizes) =>
        new()
        {
            Name = name,
            Type = new TypeProto
            {
                TensorType = new TypeProto.Types.Tensor
                {
                    ElemType = (int)DataType.Float,
                    Shape = new TensorShapeProto
                    {
                        Dim = { sizes.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }) },
                    },
                },
            },
        };
}
