using System.Text;
using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>The JSON of a .slp's /metadata: skeletons and provenance.</summary>
internal static class SlpMetadata
{
    /// <summary>An HDF5 attribute holds 64 KiB; sleap-io keeps to this, too.</summary>
    private const int MostAttributeBytes = 64_000;

    /// <summary>
    /// The text, without the provenance where it would be too long with it: that is in provenance_json, too.
    /// </summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="skeletons">The skeletons.</param>
    /// <param name="provenance">Where the labels come from; belongs to the text from then on.</param>
    /// <param name="extras">Keys without a meaning here, or null.</param>
    public static string Text(string path, IReadOnlyList<Skeleton> skeletons, JsonObject provenance, JsonObject? extras)
    {
        var metadata = new JsonObject { ["version"] = "2.0.0" };
        SlpSkeletons.Write(metadata, skeletons);
        foreach (var name in new[] { "videos", "tracks", "suggestions" })
            metadata[name] = new JsonArray();
        metadata["negative_anchors"] = new JsonObject();
        metadata["provenance"] = provenance;
        foreach (var (key, value) in extras ?? [])
            metadata[key] = value?.DeepClone();
        if (Encoding.UTF8.GetByteCount(metadata.ToJsonString()) > MostAttributeBytes)
            metadata["provenance"] = new JsonObject();
        var text = metadata.ToJsonString();
        var bytes = Encoding.UTF8.GetByteCount(text);
        return bytes <= MostAttributeBytes
            ? text
            : throw new PoseFormatException(
                path,
                "metadata@json",
                $"the skeletons take {bytes} bytes, and an attribute holds {MostAttributeBytes}."
            );
    }
}
