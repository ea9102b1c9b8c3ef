using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// What a .slp holds that is not read: datasets and groups (regions, masks, identities, events …) and keys of its
/// metadata. Labels that are only passed through, from .slp to .slp, keep it as it is, because it numbers their videos,
/// frames and instances.
/// </summary>
/// <param name="File">The file, which is read again when the labels are written.</param>
/// <param name="FormatId">Its format: readers go by it to know what to look for.</param>
/// <param name="Names">Datasets and groups.</param>
/// <param name="Metadata">Keys of the metadata that have no meaning here.</param>
internal sealed record SlpExtras(string File, double FormatId, IReadOnlyList<string> Names, JsonObject Metadata)
{
    private readonly (long Length, DateTime Written) _state = StateOf(File);

    /// <summary>Copies everything; gives back what could not be, one sentence each.</summary>
    public IReadOnlyList<string> CopyTo(Hdf5Writer target)
    {
        if (Names.Count == 0)
            return [];
        if (StateOf(File) != _state)
        {
            return
            [
                $"{string.Join(", ", Names)}: cannot be copied, because {File} was changed or removed since it "
                    + $"was read.",
            ];
        }

        using var source = Hdf5Reader.Open(File);
        var copy = new Hdf5Copy(source, target);
        foreach (var name in Names)
            copy.Copy(name);
        return copy.Remarks;
    }

    private static (long, DateTime) StateOf(string file)
    {
        var info = new FileInfo(file);
        return info.Exists ? (info.Length, info.LastWriteTimeUtc) : (-1, default);
    }
}
