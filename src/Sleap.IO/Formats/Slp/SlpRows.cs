using System.Runtime.InteropServices;

namespace Sleap.IO;

/// <summary>A row of /frames.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal record struct SlpFrameRow(ulong FrameId, uint Video, ulong FrameIndex, ulong InstanceStart, ulong InstanceEnd)
{
    public static readonly Hdf5Field[] Fields =
    [
        new("frame_id", Hdf5FieldKind.UInt64),
        new("video", Hdf5FieldKind.UInt32),
        new("frame_idx", Hdf5FieldKind.UInt64),
        new("instance_id_start", Hdf5FieldKind.UInt64),
        new("instance_id_end", Hdf5FieldKind.UInt64),
    ];
}

/// <summary>A row of /instances. Files before format 1.2 lack the last column.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal record struct SlpInstanceRow(
    long InstanceId,
    byte Type,
    ulong FrameId,
    uint Skeleton,
    int Track,
    long FromPredicted,
    float Score,
    ulong PointStart,
    ulong PointEnd,
    float TrackingScore
)
{
    public static readonly Hdf5Field[] Fields =
    [
        new("instance_id", Hdf5FieldKind.Int64),
        new("instance_type", Hdf5FieldKind.UInt8),
        new("frame_id", Hdf5FieldKind.UInt64),
        new("skeleton", Hdf5FieldKind.UInt32),
        new("track", Hdf5FieldKind.Int32),
        new("from_predicted", Hdf5FieldKind.Int64),
        new("score", Hdf5FieldKind.Single),
        new("point_id_start", Hdf5FieldKind.UInt64),
        new("point_id_end", Hdf5FieldKind.UInt64),
        new("tracking_score", Hdf5FieldKind.Single, IsOptional: true),
    ];

    public readonly bool IsPredicted => Type == 1;
}

/// <summary>A row of /points.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal record struct SlpPointRow(double X, double Y, byte Visible, byte Complete)
{
    public static readonly Hdf5Field[] Fields =
    [
        new("x", Hdf5FieldKind.Double),
        new("y", Hdf5FieldKind.Double),
        new("visible", Hdf5FieldKind.Boolean),
        new("complete", Hdf5FieldKind.Boolean),
    ];
}

/// <summary>A row of /pred_points.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal record struct SlpPredictedPointRow(double X, double Y, byte Visible, byte Complete, double Score)
{
    public static readonly Hdf5Field[] Fields = [.. SlpPointRow.Fields, new("score", Hdf5FieldKind.Double)];
}

/// <summary>A row of /negative_frames.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal record struct SlpNegativeRow(uint Video, ulong FrameIndex)
{
    public static readonly Hdf5Field[] Fields =
    [
        new("video_id", Hdf5FieldKind.UInt32),
        new("frame_idx", Hdf5FieldKind.UInt64),
    ];
}
