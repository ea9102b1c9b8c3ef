using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// Writes .slp as SLEAP 1.4 and sleap-io open it: format 1.3 without pictures, 1.4 with. Coordinates are those of
/// format 1.1 and later.
/// </summary>
internal sealed class SlpWriter
{
    private readonly Labels _labels;
    private readonly string _path;
    private readonly List<string> _remarks = [];
    private readonly SlpVideoTable _videos;

    private SlpWriter(Labels labels, string path)
    {
        _labels = labels;
        _path = path;
        _videos = new SlpVideoTable(path);
        foreach (var video in labels.Videos)
            _videos.Add(video);
    }

    /// <summary>Writes the labels; gives back what the format could not hold.</summary>
    /// <param name="labels">What to write.</param>
    /// <param name="path">Where to.</param>
    /// <param name="withPictures">Whether the pictures of labeled frames go into the file.</param>
    public static IReadOnlyList<string> Write(Labels labels, string path, bool withPictures)
    {
        var writer = new SlpWriter(labels, path);
        AtomicFile.Write(path, temporary => writer.WriteFile(temporary, withPictures));
        return writer._remarks;
    }

    private void WriteFile(string temporary, bool withPictures)
    {
        using var file = Hdf5Writer.Create(temporary);
        file.Group("metadata");
        file.NumberAttribute("metadata", "format_id", FormatId(withPictures ? 1.4 : 1.3));
        file.TextAttribute("metadata", "json", Metadata());
        if (_labels.Provenance.Count > 0)
            file.FixedTexts("provenance_json", [Provenance().ToJsonString()], []);
        var videoRows = withPictures
            ? new SlpPictures(_labels, _path, file, _remarks).Write()
            : [.. _labels.Videos.Select(v => SlpVideoRow.Of(v, _path))];
        file.Texts("videos_json", [.. videoRows.Select(v => v.ToJsonString())]);
        file.Texts("tracks_json", [.. _labels.Tracks.Select(t => new JsonArray(0, t.Name).ToJsonString())]);
        file.Texts("suggestions_json", [.. _labels.Suggestions.Select(Suggestion)]);
        file.Texts("sessions_json", _labels.Sessions);
        WriteTables(file);
        if (_labels.Extras is { } extras)
            _remarks.AddRange(extras.CopyTo(file));
        if (_labels.Extras is { Names: [_, ..] names } && _labels.Frames is SlpFrames { IsInRowOrder: false })
        {
            _remarks.Add(
                $"{string.Join(", ", names)}: were copied as they are, but instances are numbered anew here, "
                    + $"because in the file they did not lie in the order of their frames."
            );
        }

        file.Flush();
    }

    /// <summary>
    /// Datasets that a later format brought are looked for in files of that format only. SLEAP itself opens files below
    /// 2.0.
    /// </summary>
    private double FormatId(double least) =>
        _labels.Extras is { Names.Count: > 0 } extras ? Math.Max(least, extras.FormatId) : least;

    private string Metadata() => SlpMetadata.Text(_path, _labels.Skeletons, Provenance(), _labels.Extras?.Metadata);

    private JsonObject Provenance() =>
        new(_labels.Provenance.Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())));

    private string Suggestion(SuggestedFrame frame) =>
        new JsonObject
        {
            ["video"] = _videos.Add(frame.Video).ToString(CultureInfo.InvariantCulture),
            ["frame_idx"] = _videos.StoredIndex(frame.Video, frame.FrameIndex),
            ["group"] = frame.Group ?? 0,
        }.ToJsonString();

    private void WriteTables(Hdf5Writer file)
    {
        var rows = new Dictionary<Instance, long>();
        foreach (var instance in _labels.Frames.SelectMany(f => f.Instances))
        {
            if (!rows.TryAdd(instance, rows.Count))
            {
                throw new PoseFormatException(
                    _path,
                    "instances",
                    "one Instance object is in two frames; make one for each."
                );
            }
        }
        var skeletons = _labels.Skeletons.Select((s, i) => (s, i)).ToDictionary(p => p.s, p => p.i);
        var tracks = _labels.Tracks.Select((t, i) => (t, i)).ToDictionary(p => p.t, p => p.i);
        var table = new SlpRowBuilder(
            _videos,
            s => skeletons[s],
            t => tracks[t],
            i => rows.TryGetValue(i, out var row) ? row : null
        );
        foreach (var frame in _labels.Frames)
            table.Add(frame);
        file.Rows<SlpFrameRow>("frames", CollectionsMarshal.AsSpan(table.Frames), SlpFrameRow.Fields);
        file.Rows<SlpInstanceRow>("instances", CollectionsMarshal.AsSpan(table.Instances), SlpInstanceRow.Fields);
        file.Rows<SlpPointRow>("points", CollectionsMarshal.AsSpan(table.Points), SlpPointRow.Fields);
        file.Rows<SlpPredictedPointRow>(
            "pred_points",
            CollectionsMarshal.AsSpan(table.PredictedPoints),
            SlpPredictedPointRow.Fields
        );
        if (table.Negatives.Count > 0)
        {
            file.Rows<SlpNegativeRow>(
                "negative_frames",
                CollectionsMarshal.AsSpan(table.Negatives),
                SlpNegativeRow.Fields
            );
        }

        _remarks.AddRange(table.Remarks());
    }
}
