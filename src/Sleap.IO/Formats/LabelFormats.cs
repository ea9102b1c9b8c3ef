namespace Sleap.IO;

/// <summary>Which format a file is, by ending and content.</summary>
internal static class LabelFormats
{
    private const string Readable = "a .slp or .pkg.slp file";
    private const string Writable = ".slp or .pkg.slp";

    public static Labels Load(string path, LabelsReadOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file or folder {path}.", path);
        return Ending(path) switch
        {
            ".slp" => SlpReader.Read(path, options),
            var other => throw new PoseFormatException(path, null, $"the ending '{other}' is of no known format; {Readable} was expected."),
        };
    }

    public static IReadOnlyList<string> Save(Labels labels, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Ending(path) switch
        {
            ".slp" => SlpWriter.Write(labels, path, withPictures: path.EndsWith(".pkg.slp", StringComparison.OrdinalIgnoreCase)),
            var other => throw new PoseFormatException(path, null, $"the ending '{other}' is of no known format; {Writable} was expected."),
        };
    }

    private static string Ending(string path) => Path.GetExtension(path).ToLowerInvariant();
}
