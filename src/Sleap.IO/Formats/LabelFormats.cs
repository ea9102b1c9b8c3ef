namespace Sleap.IO;

/// <summary>Which format a file is, by ending and content.</summary>
internal static class LabelFormats
{
    public static Labels Load(string path, LabelsReadOptions options) =>
        throw new PoseFormatException(path, null, "the file is of no known format.");

    public static IReadOnlyList<string> Save(Labels labels, string path) =>
        throw new PoseFormatException(path, null, "the ending is of no known format.");
}
