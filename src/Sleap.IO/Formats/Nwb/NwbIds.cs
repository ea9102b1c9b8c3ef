using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Sleap.IO;

/// <summary>
/// Identifiers of the objects of an NWB file, made from its content: the same labels get the same ones, and other labels
/// others. They are UUIDs of version 8 (RFC 9562) over SHA-256.
/// </summary>
internal sealed class NwbIds
{
    private readonly byte[] _content;

    /// <param name="video">Path of the video.</param>
    /// <param name="skeleton">The skeleton.</param>
    /// <param name="instances">Container, frame and points of each instance.</param>
    public NwbIds(
        string video,
        Skeleton skeleton,
        IEnumerable<(string Container, int Frame, Instance Instance)> instances
    )
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Text(string text) => hash.AppendData(Encoding.UTF8.GetBytes($"{text.Length}:{text}"));
        Text(video);
        Text(skeleton.Name);
        foreach (var node in skeleton.Nodes)
            Text(node);
        foreach (var (source, destination) in skeleton.Edges)
            Text($"{source},{destination}");
        foreach (var (container, frame, instance) in instances)
        {
            Text(container);
            double[] values =
            [
                frame,
                .. instance.Points.SelectMany(p => new[] { p.X, p.Y, p.Score, p.Visible ? 1 : 0 }),
            ];
            hash.AppendData(MemoryMarshal.AsBytes<double>(values));
        }
        _content = hash.GetHashAndReset();
    }

    /// <summary>The identifier of an object by its path; "" is that of the session.</summary>
    public string Of(string path)
    {
        var hash = SHA256.HashData([.. _content, .. Encoding.UTF8.GetBytes(path)]).AsSpan(0, 16);
        hash[6] = (byte)(0x80 | (hash[6] & 0x0F));
        hash[8] = (byte)(0x80 | (hash[8] & 0x3F));
        return new Guid(hash, bigEndian: true).ToString();
    }
}
