using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Sleap.IO;

namespace Sleap.Cli;

/// <summary>
/// Looks into a model file before ML.NET loads it. A file of ML.NET names the classes that load its parts, of any
/// assembly beside the program; <c>sleap</c> takes only its own.
/// </summary>
internal static class ModelArchive
{
    private const string Key = "Model.key";
    private const string OwnLoader = "SleapPose";
    private const string OwnAssembly = "Sleap.Loaders";
    private const int MaxKeyBytes = 1 << 20;
    private const int MaxEntries = 10_000;

    /// <summary>More than weights of a network can be packed.</summary>
    private const long MaxRatio = 200;

    /// <exception cref="InvalidDataException">The file is no archive, has loaders of others, or declares more than it can
    /// hold.</exception>
    public static void Check(string path)
    {
        if (!InputFile.HasContent(path))
            throw new InvalidDataException($"'{path}' is empty, or no file.");
        using var archive = ZipFile.OpenRead(path);
        var size = archive.Entries.Sum(entry => entry.Length);
        if (archive.Entries.Count > MaxEntries || size > (1 << 24) + (MaxRatio * InputFile.Length(path)))
        {
            throw new InvalidDataException(
                $"'{path}' has {archive.Entries.Count} parts of {size} bytes, more than a model can have."
            );
        }
        string[] others =
        [
            .. archive
                .Entries.Where(entry => Path.GetFileName(entry.FullName) == Key)
                .Select(LoaderOf)
                .Where(loader => loader != $"{OwnLoader} of {OwnAssembly}")
                .Distinct(),
        ];
        if (others.Length > 0)
        {
            throw new InvalidDataException(
                $"'{path}' holds another transformer than a pose model alone: {string.Join(", ", others)}. If you trust "
                    + "its source, load it in a program with mlContext.Model.Load."
            );
        }
    }

    /// <summary>
    /// The loader's signature and assembly, from ML.NET's header: 256 bytes with the signature at 80 and the place and
    /// the size of the assembly's name, in UTF-16, at 144 and 152.
    /// </summary>
    private static string LoaderOf(ZipArchiveEntry entry)
    {
        if (entry.Length is < 256 or > MaxKeyBytes)
            throw new InvalidDataException($"The part '{entry.FullName}' is no header of ML.NET.");
        var bytes = new byte[entry.Length];
        using (var stream = entry.Open())
            stream.ReadExactly(bytes);
        var signature = Encoding.ASCII.GetString(bytes, 80, 24).TrimEnd('\0');
        var (at, size) = (
            BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(144)),
            BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(152))
        );
        var assembly =
            at >= 256 && size >= 0 && at <= bytes.Length - size
                ? Encoding.Unicode.GetString(bytes, (int)at, size).Split(',')[0]
                : "no assembly";
        return OneLine.Of($"{signature} of {assembly}");
    }
}
