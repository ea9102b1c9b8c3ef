namespace Sleap.IO;

/// <summary>
/// Writes NWB with ndx-pose, a file for each video: a PoseEstimation for each track and for each place of instances
/// without one, whose series go from the first to the last frame of the animal.
/// </summary>
internal sealed class NwbWriter
{
    private readonly Video _video;
    private readonly Skeleton _skeleton;
    private readonly string _path;
    private readonly List<LabeledFrame> _frames;
    private readonly List<NwbAnimal> _animals = [];
    private readonly bool _isRateKnown;
    private readonly double _rate;
    private int _moved;

    private NwbWriter(Labels labels, Video video, string path)
    {
        (_video, _path) = (video, path);
        _frames = [.. labels.FramesInOrder.Where(f => f.Video == video)];
        var instances = _frames.SelectMany(f => f.Instances).ToList();
        _skeleton = LabelFormats.OnlySkeleton(labels, instances, $"the video {video.Path}", path, "Skeletons");
        var rate = RateOf(video);
        _isRateKnown = rate is > 0 && double.IsFinite(rate.Value);
        _rate = _isRateKnown ? rate!.Value : 1;
        Place([.. labels.Tracks.Where(t => instances.Any(i => ReferenceEquals(i.Track, t)))]);
    }

    public static IReadOnlyList<string> Write(Labels labels, string path) =>
        AnalysisWriter.WriteEach(labels, path, (video, name) => new NwbWriter(labels, video, name).WriteFile());

    /// <summary>Frames per second as the labels say, or as the movie does where it is there.</summary>
    private static double? RateOf(Video video)
    {
        if (video.FramesPerSecond is not null || video.Kind != VideoKind.Movie || video.FoundPath is null)
            return video.FramesPerSecond;
        try
        {
            using var source = video.Open();
            return source.FramesPerSecond;
        }
        catch (Exception fault) when (fault is IOException or PoseFormatException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Gives every instance a container: people's labels first, so that they keep their tracks.</summary>
    private void Place(List<Track> tracks)
    {
        var names = new HashSet<string> { "Skeletons" };
        foreach (var track in tracks)
            _animals.Add(new NwbAnimal(NwbNames.Unique(NwbNames.Track(track.Name), names), track));
        var untracked = new List<NwbAnimal>();
        foreach (var frame in _frames)
        {
            var taken = new HashSet<int>();
            var extra = 0;
            foreach (var instance in frame.Instances.OrderBy(i => i.IsPredicted))
            {
                var column = instance.Track is null ? -1 : tracks.IndexOf(instance.Track);
                var isFree = column >= 0 && taken.Add(column);
                _moved += column >= 0 && !isFree ? 1 : 0;
                if (!isFree && extra == untracked.Count)
                    untracked.Add(new NwbAnimal($"untracked_{extra:D3}", null));
                (isFree ? _animals[column] : untracked[extra++]).Instances.Add((frame.FrameIndex, instance));
            }
        }
        _animals.AddRange(untracked);
    }

    private List<string> WriteFile()
    {
        var series = _skeleton.Nodes.Select(n => NwbNames.Series(n, SkeletonName)).ToList();
        if (series.GroupBy(s => s).FirstOrDefault(g => g.Count() > 1) is { } same)
        {
            throw new PoseFormatException(
                _path,
                same.Key,
                "two nodes have this name in the file, where '/' becomes '_'; rename one of them."
            );
        }
        AtomicFile.Write(_path, stream => WriteObjects(stream, series));
        return Lost();
    }

    private string SkeletonName => _skeleton.Name.Length == 0 ? NwbNames.NoSkeletonName : NwbNames.Safe(_skeleton.Name);

    private void WriteObjects(Stream stream, List<string> series)
    {
        const string Module = "processing/behavior";
        const string Camera = "general/devices/camera_0";
        using var hdf5 = new Hdf5Writer(stream, _path);
        var ids = new NwbIds(
            _video.Path,
            _skeleton,
            _animals.SelectMany(a => a.Instances.Select(i => (a.Name, i.Frame, i.Instance)))
        );
        var file = new NwbFile(hdf5, ids);
        file.WriteSession($"Poses in the video {_video.Path}.");
        file.Object(Camera, "core", "Device");
        hdf5.VariableTextAttribute(Camera, "description", $"Camera of {_video.Path}");
        file.Object(Module, "core", "ProcessingModule");
        hdf5.VariableTextAttribute(Module, "description", "Estimated poses");
        file.Object($"{Module}/Skeletons", "ndx-pose", "Skeletons");
        var skeleton = $"{Module}/Skeletons/{SkeletonName}";
        file.Object(skeleton, "ndx-pose", "Skeleton");
        hdf5.Texts($"{skeleton}/nodes", _skeleton.Nodes);
        WriteEdges(hdf5, $"{skeleton}/edges");
        foreach (var animal in _animals)
        {
            var group = $"{Module}/{animal.Name}";
            file.Object(group, "ndx-pose", "PoseEstimation");
            hdf5.SoftLink($"{group}/{SkeletonName}", $"/{skeleton}");
            hdf5.SoftLink($"{group}/device", $"/{Camera}");
            WriteSource(hdf5, group, animal);
            for (var n = 0; n < series.Count; n++)
                WriteSeries(file, hdf5, $"{group}/{series[n]}", animal, n);
        }
        hdf5.Complete();
    }

    /// <summary>Positions in nodes: of 8 bits, as the schema has it, where that is enough.</summary>
    private void WriteEdges(Hdf5Writer hdf5, string name)
    {
        var ends = _skeleton.Edges.SelectMany(e => new[] { e.Source, e.Destination }).ToArray();
        if (_skeleton.Nodes.Length <= byte.MaxValue + 1)
            hdf5.Numbers<byte>(name, [.. ends.Select(e => (byte)e)], [_skeleton.Edges.Length, 2]);
        else
            hdf5.Numbers<uint>(name, [.. ends.Select(e => (uint)e)], [_skeleton.Edges.Length, 2]);
    }

    private void WriteSource(Hdf5Writer hdf5, string group, NwbAnimal animal)
    {
        var isPredicted = animal.Instances.Exists(i => i.Instance.IsPredicted);
        var whose = animal.Track is { } track ? $"the track '{track.Name}'" : "instances without a track";
        hdf5.Text($"{group}/description", $"Positions of {whose} in {_video.Path}.");
        hdf5.Text($"{group}/scorer", isPredicted ? "pose estimation model" : "manual annotation");
        hdf5.Text($"{group}/source_software", "Sleap.MLNet");
        var version = typeof(NwbWriter).Assembly.GetName().Version!.ToString(3);
        hdf5.VariableTextAttribute($"{group}/source_software", "version", version);
        hdf5.Texts($"{group}/original_videos", [_video.Path]);
        if (_video.Shape is { } shape)
            hdf5.Numbers<uint>($"{group}/dimensions", [(uint)shape.Width, (uint)shape.Height], [1, 2]);
    }

    private void WriteSeries(NwbFile file, Hdf5Writer hdf5, string name, NwbAnimal animal, int node)
    {
        // Smaller ones take less space in one piece than the index of a chunk does.
        const int MinPacked = 256;
        var (first, count) = (animal.First, animal.Count);
        LabelFormats.CheckFrames(count, 2, _path, name);
        var (data, confidence) = (new double[count * 2], new float[count]);
        Array.Fill(data, double.NaN);
        Array.Fill(confidence, float.NaN);
        foreach (var (frame, instance) in animal.Instances)
        {
            var (at, p) = (frame - first, instance.Points[node]);
            confidence[at] = p.Score;
            if (!p.IsMissing)
                (data[2 * at], data[(2 * at) + 1]) = (p.X, p.Y);
        }
        file.Object(name, "ndx-pose", "PoseEstimationSeries");
        hdf5.VariableTextAttribute(name, "description", $"Position of {_skeleton.Nodes[node]}.");
        hdf5.VariableTextAttribute(name, "comments", "NaN where there is no position or no score.");
        hdf5.Numbers<double>($"{name}/data", data, [count, 2], isCompressed: count >= MinPacked);
        hdf5.VariableTextAttribute($"{name}/data", "unit", "pixels");
        hdf5.NumberAttribute($"{name}/data", "conversion", 1f);
        hdf5.NumberAttribute($"{name}/data", "offset", 0f);
        hdf5.NumberAttribute($"{name}/data", "resolution", -1f);
        hdf5.Numbers<float>($"{name}/confidence", confidence, [count], isCompressed: count >= MinPacked);
        hdf5.VariableTextAttribute($"{name}/confidence", "definition", "Score that the model gave the point.");
        hdf5.Numbers<double>($"{name}/starting_time", [first / _rate], []);
        hdf5.NumberAttribute($"{name}/starting_time", "rate", _rate);
        hdf5.VariableTextAttribute($"{name}/starting_time", "unit", "seconds");
        hdf5.Text(
            $"{name}/reference_frame",
            "x to the right and y down, in pixels of the full frame; (0, 0) is the center of the top left pixel."
        );
    }

    private List<string> Lost()
    {
        var lost = new List<string>();
        var instances = _animals.SelectMany(a => a.Instances.Select(i => i.Instance)).ToList();
        if (!_isRateKnown)
        {
            lost.Add(
                $"The frame rate of {_video.Path} is not known: 1 is written, so that times are frame numbers "
                    + "and not seconds."
            );
        }

        lost.AddRange(FormatLosses.OfTracks(_frames, instances, _moved));
        if (instances.Count(i => i.Score != (Instance.MeanPointScore(i.Points) ?? 0)) is > 0 and var scored)
            lost.Add($"Instance scores are not in the file ({scored}); the mean of the point scores reads back.");
        if (_skeleton.Symmetries.Length > 0)
            lost.Add($"The format has no place for the symmetries of the skeleton '{_skeleton.Name}'.");
        var renamed = _animals.Count(a => a.Track is { } t && a.Name != t.Name && a.Name != $"track={t.Name}");
        if (renamed > 0)
            lost.Add($"{renamed} tracks have another name in the file: names there are unique and have no '/'.");
        if (_video.ImagePaths.Length > 1)
            lost.Add($"Of the {_video.ImagePaths.Length} images of {_video.Path} only the first is named.");
        return lost;
    }
}

/// <summary>The instances of one track, or of one place of instances without a track, by frame.</summary>
/// <param name="Name">Of the container.</param>
/// <param name="Track">The track, or null.</param>
internal sealed record NwbAnimal(string Name, Track? Track)
{
    /// <summary>In the order of frames.</summary>
    public List<(int Frame, Instance Instance)> Instances { get; } = [];

    public int First => Instances[0].Frame;

    /// <summary>Frames from the first to the last.</summary>
    public long Count => (long)Instances[^1].Frame - First + 1;
}
