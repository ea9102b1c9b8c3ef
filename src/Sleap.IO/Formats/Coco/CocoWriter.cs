using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// Writes COCO keypoints as sleap-io does (visibility 2 or 0, edges counted from 1, the box around the visible points),
/// with video, frame number, track name and scores beside, which other readers pass over. The images of labeled frames
/// are written into a folder beside the file; those of a list of images are named where they are.
/// </summary>
internal static class CocoWriter
{
    /// <summary>Writes the file and the images; gives back what it cannot hold.</summary>
    /// <param name="labels">What to write.</param>
    /// <param name="path">Path of the .json to be.</param>
    /// <param name="writeImages">Whether images are written; without, they are named all the same.</param>
    public static IReadOnlyList<string> Write(Labels labels, string path, bool writeImages)
    {
        using var place = AtomicFile.Begin(path);
        using var files = new CocoImages(labels, path);
        if (writeImages)
            files.Write();
        var categories = new JsonArray([.. labels.Skeletons.Select((s, i) => Category(s, i + 1))]);
        var (images, annotations) = (new JsonArray(), new JsonArray());
        var skeletons = new Dictionary<Skeleton, int>();
        var tracks = new Dictionary<Track, int>(ReferenceEqualityComparer.Instance);
        for (var i = 0; i < labels.Skeletons.Count; i++)
            skeletons.TryAdd(labels.Skeletons[i], i + 1);
        for (var i = 0; i < labels.Tracks.Count; i++)
            tracks.TryAdd(labels.Tracks[i], i + 1);
        foreach (var frame in labels.FramesInOrder)
        {
            images.Add(Image(frame, files.NameOf(frame), images.Count + 1));
            foreach (var instance in frame.Instances)
                annotations.Add(Annotation(skeletons, tracks, instance, annotations.Count + 1, images.Count));
        }
        var text = new JsonObject
        {
            ["images"] = images,
            ["annotations"] = annotations,
            ["categories"] = categories,
        }.ToJsonString();
        using (var writer = new StreamWriter(place.Open()))
            writer.Write(text);
        files.Commit();
        place.Commit();
        return [.. files.Remarks(), .. Lost(labels)];
    }

    private static JsonObject Category(Skeleton skeleton, int id) =>
        new()
        {
            ["id"] = id,
            ["name"] = skeleton.Name,
            ["keypoints"] = new JsonArray([.. skeleton.Nodes.Select(n => JsonValue.Create(n))]),
            ["skeleton"] = new JsonArray([
                .. skeleton.Edges.Select(e => new JsonArray(e.Source + 1, e.Destination + 1)),
            ]),
        };

    private static JsonObject Image(LabeledFrame frame, string name, int id)
    {
        var video = frame.Video;
        var row = new JsonObject { ["id"] = id, ["file_name"] = name };
        if (video.Kind != VideoKind.Images)
        {
            // A package is no video to other programs: what its images were taken from is.
            var named = video is { Kind: VideoKind.Embedded, Source: { } source } ? source : video;
            (row["video"], row["frame_index"]) = (named.FoundPath ?? named.Path, frame.FrameIndex);
        }
        if (video.Shape is { } shape)
            (row["width"], row["height"]) = (shape.Width, shape.Height);
        return row;
    }

    private static JsonObject Annotation(
        Dictionary<Skeleton, int> skeletons,
        Dictionary<Track, int> tracks,
        Instance instance,
        int id,
        int image
    )
    {
        var shown = instance.Points.Where(p => !p.IsMissing).ToList();
        var (left, top) = shown.Count == 0 ? (0, 0) : (shown.Min(p => p.X), shown.Min(p => p.Y));
        var (width, height) = shown.Count == 0 ? (0, 0) : (shown.Max(p => p.X) - left, shown.Max(p => p.Y) - top);
        var row = new JsonObject
        {
            ["id"] = id,
            ["image_id"] = image,
            ["category_id"] = skeletons[instance.Skeleton],
            ["keypoints"] = new JsonArray([
                .. instance
                    .Points.SelectMany(p => p.IsMissing ? [0.0, 0.0, 0.0] : new[] { p.X, p.Y, 2.0 })
                    .Select(v => JsonValue.Create(v)),
            ]),
            ["num_keypoints"] = shown.Count,
            ["bbox"] = new JsonArray(left, top, width, height),
            ["area"] = width * height,
            ["iscrowd"] = 0,
        };
        if (instance.Track is { } track)
        {
            row["attributes"] = new JsonObject { ["object_id"] = tracks[track], ["track"] = track.Name };
        }

        if (instance.IsPredicted)
        {
            row["score"] = float.IsFinite(instance.Score) ? instance.Score : 0;
            row["keypoint_scores"] = new JsonArray([
                .. instance.Points.Select(p => float.IsFinite(p.Score) ? JsonValue.Create(p.Score) : null),
            ]);
        }
        return row;
    }

    private static List<string> Lost(Labels labels)
    {
        var lost = new List<string>();
        var instances = labels.Frames.SelectMany(f => f.Instances).ToList();
        if (labels.Skeletons.Any(s => s.Symmetries.Length > 0))
            lost.Add("COCO has no place for symmetries.");
        if (labels.Tracks.GroupBy(t => t.Name).Any(g => g.Count() > 1))
            lost.Add("Tracks of one name read back as one track.");
        if (instances.Count(i => i.FromPredicted is not null) is > 0 and var corrected)
        {
            lost.Add(
                $"COCO has no place for the link of {corrected} instances to the predictions they were made from."
            );
        }

        if (labels.Frames.Count(f => f.Instances.Count == 0) is > 0 and var empty)
            lost.Add($"{empty} labeled frames without an instance read back as not labeled.");
        return lost;
    }
}
