using System.Security.Cryptography;
using System.Text;

namespace Sleap.Studio;

/// <summary>What tells whether a file, or a folder of labels, is the one that it was.</summary>
/// <param name="Length">Bytes of the file, or of all files of the folder.</param>
/// <param name="Hash">SHA-256 in hexadecimal: of the content up to 256 MB, of 64 blocks of larger files, of names and
/// lengths of a folder's files.</param>
internal sealed record FileStamp(long Length, string Hash)
{
    private const long MaxWhole = 256 << 20;
    private const int BlockBytes = 1 << 20;
    private const int Blocks = 64;

    /// <summary>The beginning of the hash, for names of files.</summary>
    public string ShortHash => Hash.Length >= 16 ? Hash[..16] : Hash;

    /// <summary>The stamp of a file or folder; null when there is none.</summary>
    public static FileStamp? Of(string path)
    {
        if (Directory.Exists(path))
            return OfFolder(path);
        if (!File.Exists(path))
            return null;
        using var file = new FileStream(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete,
            0
        );
        if (file.Length <= MaxWhole)
            return new FileStamp(file.Length, Convert.ToHexString(SHA256.HashData(file)));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new byte[BlockBytes];
        for (var i = 0; i < Blocks; i++)
        {
            file.Position = (file.Length - BlockBytes) / (Blocks - 1) * i;
            if (i == Blocks - 1)
                file.Position = file.Length - BlockBytes;
            file.ReadExactly(block);
            hash.AppendData(block);
        }

        return new FileStamp(file.Length, Convert.ToHexString(hash.GetHashAndReset()));
    }

    private static FileStamp OfFolder(string path)
    {
        var files = new DirectoryInfo(path)
            .EnumerateFiles("*", SearchOption.AllDirectories)
            .OrderBy(file => file.FullName, StringComparer.Ordinal)
            .Select(file => (Name: Path.GetRelativePath(path, file.FullName), file.Length))
            .ToList();
        var text = string.Join('\n', files.Select(file => $"{file.Name} {file.Length}"));
        return new FileStamp(
            files.Sum(file => file.Length),
            Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))
        );
    }
}
