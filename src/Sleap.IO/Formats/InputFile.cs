namespace Sleap.IO;

/// <summary>Files that are read.</summary>
internal static class InputFile
{
    /// <summary>
    /// Whether a file has content of a known length. Devices and pipes have none: reading them may wait, or not end.
    /// </summary>
    public static bool HasContent(string path) => Length(path) > 0;

    /// <summary>Bytes of a file; of a link's file, and not of the link as .NET has it.</summary>
    public static long Length(string path)
    {
        var file = new FileInfo(path);
        return (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file).Length;
    }
}
