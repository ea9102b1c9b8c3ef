namespace Sleap.IO;

/// <summary>Where the frames of a <see cref="Video"/> come from.</summary>
public enum VideoKind
{
    /// <summary>A movie file, read through ffmpeg.</summary>
    Movie,

    /// <summary>A list of picture files, one a frame.</summary>
    Images,

    /// <summary>Pictures inside an HDF5 file such as a .pkg.slp.</summary>
    Embedded,

    /// <summary>A TIFF file, one page a frame.</summary>
    Tiff,
}
