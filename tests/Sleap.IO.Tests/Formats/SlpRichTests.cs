using System.Text.Json.Nodes;

namespace Sleap.IO.Tests;

/// <summary>
/// rich.slp holds identities, centroids, boxes, masks, regions, events, cameras, a negative frame and a suggestion.
/// </summary>
public sealed class SlpRichTests
{
    private static readonly JsonObject Golden = TestFiles.GoldenJson("read.rich.slp.json");

    [Fact]
    public void IdentitiesAreReadAsTheReferenceReadsThem()
    {
        var labels = Labels.Load(TestFiles.Golden("rich.slp"));
        Assert.Equal(Golden["identities"]!.AsArray().Select(i => (string)i!), labels.Identities.Select(i => i.Name));
        Assert.Equal([new("sex", "female")], labels.Identities[0].Metadata);
        Assert.Empty(labels.Identities[1].Metadata);
        Assert.Null(labels.Identities[0].Color);
        foreach (var (expected, frame) in Golden["frames"]!.AsArray().Zip(labels.Frames))
        {
            Assert.Equal(((int)expected!["frame"]!, (bool)expected["negative"]!), (frame.FrameIndex, frame.IsNegative));
            Assert.Equal(
                expected["instances"]!
                    .AsArray()
                    .Select(i =>
                        (
                            (string?)i!["identity"],
                            (float?)(double?)i["identity_score"] ?? float.NaN,
                            (string?)i["track"]
                        )
                    ),
                frame.Instances.Select(i => (i.Identity?.Name, i.IdentityScore, i.Track?.Name))
            );
        }

        Assert.Equal([500], labels.Suggestions.Select(s => s.FrameIndex));
    }

    /// <summary>Every dataset has the type, the shape and the bytes that it had, as h5py reads both files.</summary>
    [Fact]
    public void AnotherReaderFindsEveryDatasetAsItWas()
    {
        using var files = new TestFiles();
        Assert.Empty(Labels.Load(TestFiles.Golden("rich.slp")).Save(files.New("again.slp")));
        var before = (JsonObject)OtherProgram.Python("dump_h5.py", TestFiles.Golden("rich.slp"));
        var after = (JsonObject)OtherProgram.Python("dump_h5.py", files.New("again.slp"));
        Assert.Equal(before.Select(o => o.Key).Order(), after.Select(o => o.Key).Order());
        foreach (var (name, thing) in before.Where(o => (string)o.Value!["kind"]! == "dataset"))
        {
            // Scores of points have single precision here.
            if (name == "/pred_points")
                continue;
            foreach (var key in new[] { "type", "shape", "md5", "texts" })
                Assert.True(JsonNode.DeepEquals(thing![key], after[name]![key]), $"{name} {key}");
        }

        Assert.Equal(
            before["/metadata"]!["attributes"]!["format_id"]!.ToJsonString(),
            after["/metadata"]!["attributes"]!["format_id"]!.ToJsonString()
        );
    }

    [Fact]
    public void IdentitiesStayWithTheirInstancesWhateverTheOrder()
    {
        using var files = new TestFiles();
        var labels = Labels.Load(TestFiles.Golden("rich.slp"));
        // Frames and instances the other way round, and one frame less: rows of the table are others.
        var shuffled = new Labels(
            labels
                .Frames.Reverse()
                .Where(f => f.FrameIndex != 10)
                .Select(f => new LabeledFrame
                {
                    Video = f.Video,
                    FrameIndex = f.FrameIndex,
                    IsNegative = f.IsNegative,
                    Instances = [.. f.Instances.Reverse()],
                }),
            labels.Videos,
            labels.Skeletons,
            labels.Tracks,
            labels.Suggestions,
            labels.Provenance,
            labels.Identities.Reverse()
        );
        Assert.Empty(shuffled.Save(files.New("shuffled.slp")));
        var read = Labels.Load(files.New("shuffled.slp"));
        Assert.Equal(["Bob", "Ada"], read.Identities.Select(i => i.Name));
        Assert.Equal([new("sex", "female")], read.Identities[1].Metadata);
        Assert.Equal(Said(labels.Frames.Where(f => f.FrameIndex != 10)), Said(read.Frames));
    }

    [Fact]
    public void AWriterOfFramesKeepsIdentities()
    {
        using var files = new TestFiles();
        var labels = Labels.Load(TestFiles.Golden("rich.slp"));
        using (var writer = LabelsWriter.Create(files.New("stream.slp"), labels.Skeletons[0], labels.Videos))
        {
            foreach (var frame in labels.Frames)
                writer.Add(frame);
            Assert.Empty(writer.Finish());
        }

        var read = Labels.Load(files.New("stream.slp"));
        Assert.Equal(Said(labels.Frames), Said(read.Frames));
        Assert.Equal([new("sex", "female")], read.Identities[0].Metadata);
        using var file = Hdf5Reader.Open(files.New("stream.slp"));
        Assert.Equal(2.5, file.ReadNumberAttribute("metadata", "format_id"));
    }

    [Fact]
    public void IdentitiesOfOneNameAreOneAndACopyAddsNothing()
    {
        using var files = new TestFiles();
        File.Copy(TestFiles.Golden("rich.slp"), files.New("a.slp"));
        File.Copy(TestFiles.Golden("rich.slp"), files.New("b.slp"));
        var joined = Labels.LoadMany([files.New("a.slp"), files.New("b.slp")]);
        Assert.Equal(["Ada", "Bob"], joined.Identities.Select(i => i.Name));
        Assert.DoesNotContain(joined.Remarks, r => r.StartsWith("Left out", StringComparison.Ordinal));
        Assert.Empty(joined.Save(files.New("joined.slp")));
        using (var before = Hdf5Reader.Open(files.New("a.slp")))
        using (var after = Hdf5Reader.Open(files.New("joined.slp")))
        {
            foreach (var name in before.Members("/"))
            {
                if (before.IsDataset(name) && name is not ("pred_points" or "videos_json"))
                    Assert.Equal(Text(before.ReadRaw(name)), Text(after.ReadRaw(name)));
            }

            Assert.Equal(Text(before.ReadRaw("identity/links")), Text(after.ReadRaw("identity/links")));
        }

        // Metadata of both, and data beyond poses of the first only, which is said.
        Made("c.slp", files, identities: [new Identity("Ada", [new("age", "3")]), new Identity("Cyd")]);
        Rewritten(files.New("a.slp"), files.New("d2.slp"), copy => copy.Target.Numbers<double>("notes", [1], [1]));
        joined = Labels.LoadMany([files.New("a.slp"), files.New("c.slp"), files.New("d2.slp")]);
        Assert.Equal(["Ada", "Bob", "Cyd"], joined.Identities.Select(i => i.Name));
        Assert.Equal([new("sex", "female"), new("age", "3")], joined.Identities[0].Metadata);
        Assert.Contains(joined.Remarks, r => r.StartsWith("Left out of d2.slp", StringComparison.Ordinal));
        Assert.Contains(joined.Remarks, r => r.Contains("notes") && r.Contains("masks"));
    }

    /// <summary>Numbers of instances, tracks and videos follow what they stand for.</summary>
    [Fact]
    public void NumbersOfDataBeyondPosesFollowWhatTheyStandFor()
    {
        using var files = new TestFiles();
        Rewritten(TestFiles.Golden("rich.slp"), files.New("numbered.slp"), Numbered);
        var labels = Labels.Load(files.New("numbered.slp"));
        // As they are: all is the same.
        Assert.Empty(labels.Save(files.New("same.slp")));
        using (var before = Hdf5Reader.Open(files.New("numbered.slp")))
        using (var same = Hdf5Reader.Open(files.New("same.slp")))
        {
            foreach (var name in new[] { "bboxes/instance", "sessions_json", "notes", "embeddings/owner_id" })
                Assert.Equal(Text(before.ReadRaw(name)), Text(same.ReadRaw(name)));
        }

        // Without the first instance, with a new track before the others.
        var first = labels.Frames[0];
        var track = new Track("new");
        var changed = labels.With(
            [
                new LabeledFrame
                {
                    Video = first.Video,
                    FrameIndex = 0,
                    Instances = [first.Instances[1].With(track, null)],
                },
                .. labels.Frames.Skip(1),
            ],
            [track, .. labels.Tracks]
        );
        var lost = changed.Save(files.New("changed.slp"));
        Assert.Contains(lost, r => r.StartsWith("centroids: 1 references", StringComparison.Ordinal));
        Assert.Contains(lost, r => r.StartsWith("sessions_json", StringComparison.Ordinal));
        var leftOut = Assert.Single(lost, r => r.StartsWith("Left out", StringComparison.Ordinal));
        Assert.Contains("embeddings, notes of numbered.slp", leftOut);
        using var file = Hdf5Reader.Open(files.New("changed.slp"));
        // Rows 0 and 2 are gone.
        Assert.Equal([3], file.ReadNumbers<int>("bboxes/instance"));
        Assert.Equal([-1, 6], file.ReadNumbers<int>("centroids/instance"));
        Assert.Equal([1, 2], file.ReadNumbers<int>("centroids/track"));
        Assert.Equal([1, 2], file.ReadNumbers<long>("events/subject_idx"));
        Assert.Equal([-1, 1], file.ReadNumbers<long>("events/target_idx"));
        Assert.Equal([0, 0], file.ReadNumbers<int>("centroids/video"));
        Assert.Equal(Said(changed.Frames), Said(Labels.Load(files.New("changed.slp")).Frames));
        var session = JsonNode.Parse(Assert.Single(file.ReadTexts("sessions_json")))!;
        Assert.Equal("""{"0":0,"1":1}""", session["camcorder_to_video_idx_map"]!.ToJsonString());
        Assert.Null(session["frame_group_dicts"]);
        Assert.DoesNotContain("notes", file.Members("/"));
        Assert.DoesNotContain("embeddings", file.Members("/"));
    }

    [Fact]
    public void EventsAreReadAsBouts()
    {
        var labels = Labels.Load(TestFiles.Golden("rich.slp"));
        Assert.Equal(
            Golden["events"]!
                .AsArray()
                .Select(e => new Bout((string?)e!["subject"], (string)e["type"]!, (int)e["start"]!, (int)e["end"]!)
                {
                    Video = labels.Videos[0].Path,
                    Target = (string?)e["target"],
                    IsPredicted = (bool)e["predicted"]!,
                }),
            labels.Bouts
        );
        Assert.Equal(labels.Bouts, Bout.Load(TestFiles.Golden("rich.slp")));
        Assert.DoesNotContain("event", Assert.Single(labels.Remarks, remark => remark.StartsWith("Not read")));
    }

    /// <summary>The same bouts as new ones: h5py reads datasets of the same types and values.</summary>
    [Fact]
    public void BoutsAreWrittenAsTheReferenceWritesEvents()
    {
        using var files = new TestFiles();
        var labels = Labels.Load(TestFiles.Golden("rich.slp"));
        Assert.Contains("events", Assert.Single(labels.WithBouts(labels.Bouts.Reverse()).Save(files.New("again.slp"))));
        Assert.Equal(labels.Bouts, Labels.Load(files.New("again.slp")).Bouts);
        var before = (JsonObject)OtherProgram.Python("dump_h5.py", TestFiles.Golden("rich.slp"));
        var after = (JsonObject)OtherProgram.Python("dump_h5.py", files.New("again.slp"));
        Assert.Equal(before.Select(o => o.Key).Order(), after.Select(o => o.Key).Order());
        foreach (
            var (name, thing) in before.Where(o =>
                o.Key.StartsWith("/event") && o.Value!["kind"]!.ToString() == "dataset"
            )
        )
        {
            foreach (var key in new[] { "type", "shape", "md5", "texts" })
                Assert.True(JsonNode.DeepEquals(thing![key], after[name]![key]), $"{name} {key}");
        }
    }

    [Fact]
    public void BoutsGoIntoFilesThatHadNone()
    {
        using var files = new TestFiles();
        var labels = Labels.Load(TestFiles.Golden("by-hand.slp"));
        Assert.Empty(labels.Bouts);
        Bout[] bouts =
        [
            new(labels.Tracks[0].Name, "groom", 0, 3),
            new("mouse 7", "rear", 2, 2) { Video = Path.GetFileName(labels.Videos[0].Path), IsPredicted = true },
            new(null, "light", 1, 9) { Target = "mouse 7" },
        ];
        if (labels.Videos.Count > 1)
            bouts = [.. bouts.Select(bout => bout with { Video = labels.Videos[0].Path })];
        labels.WithBouts(bouts).Save(files.New("bouts.slp"));
        var read = Labels.Load(files.New("bouts.slp"));
        Assert.Equal(
            bouts.Select(bout => (bout.Subject, bout.Target, bout.Behavior, bout.FirstFrame, bout.LastFrame)).Order(),
            read.Bouts.Select(bout => (bout.Subject, bout.Target, bout.Behavior, bout.FirstFrame, bout.LastFrame))
                .Order()
        );
        Assert.Equal("mouse 7", Assert.Single(read.Identities).Name);
        Assert.Equal(labels.Tracks.Select(track => track.Name), read.Tracks.Select(track => track.Name));
        using (var file = Hdf5Reader.Open(files.New("bouts.slp")))
            Assert.Equal(2.6, file.ReadNumberAttribute("metadata", "format_id"));
        Assert.StartsWith("events:", Assert.Single(read.WithBouts([]).Save(files.New("without.slp"))));
        Assert.Empty(Labels.Load(files.New("without.slp")).Bouts);
        Assert.Contains(read.Save(files.New("poses.csv")), remark => remark.Contains("3 bouts (groom, light, rear)"));
        var fault = Assert.Throws<ArgumentException>(() =>
            labels.WithBouts([new Bout(null, "groom", 0, 3) { Video = "other.mp4" }])
        );
        Assert.Contains("of the video 'other.mp4'", fault.Message);
    }

    /// <summary>A renamed track renames the subject: events that were read refer to tracks by number.</summary>
    [Fact]
    public void BoutsOfSeveralFilesAreJoined()
    {
        using var files = new TestFiles();
        var rich = Labels.Load(TestFiles.Golden("rich.slp"));
        var more = rich.WithBouts([rich.Bouts[0], new Bout("b", "rear", 40, 41) { Video = rich.Bouts[0].Video }]);
        more.Save(files.New("more.slp"));
        var joined = Labels.Concat([rich, Labels.Load(files.New("more.slp"))]);
        Assert.Equal(["groom", "chase", "rear"], joined.Bouts.Select(bout => bout.Behavior));
        joined.Save(files.New("joined.slp"));
        Assert.Equal(joined.Bouts, Labels.Load(files.New("joined.slp")).Bouts);
        // A copy of one file adds nothing.
        Assert.Equal(rich.Bouts, Labels.Concat([rich, Labels.Load(TestFiles.Golden("rich.slp"))]).Bouts);
    }

    [Theory]
    [InlineData("type", 9)]
    [InlineData("video", 9)]
    [InlineData("subject_kind", 7)]
    [InlineData("subject_idx", 9)]
    [InlineData("start_frame", 99)]
    [InlineData("end_frame", -1)]
    public void EventsOfUnknownLayoutAreKeptAndNotRead(string column, int value)
    {
        using var files = new TestFiles();
        Rewritten(
            TestFiles.Golden("rich.slp"),
            files.New("wrong.slp"),
            copy => copy.Target.Numbers<long>($"events/{column}", [value, value], [2]),
            $"events/{column}"
        );
        var labels = Labels.Load(files.New("wrong.slp"));
        Assert.Empty(labels.Bouts);
        Assert.Contains(
            labels.Remarks,
            remark => remark.StartsWith("Events are in a layout that is not known: events")
        );
        labels.Save(files.New("again.slp"));
        using var file = Hdf5Reader.Open(files.New("again.slp"));
        Assert.Equal([value, value], file.ReadNumbers<long>($"events/{column}"));
    }

    /// <summary>A track without instances stays while something else of the file refers to it.</summary>
    [Fact]
    public void TracksThatEventsNameStay()
    {
        using var files = new TestFiles();
        var labels = Labels.Load(TestFiles.Golden("rich.slp"));
        var without = labels.With(
            labels.Frames.Select(f => new LabeledFrame
            {
                Video = f.Video,
                FrameIndex = f.FrameIndex,
                IsNegative = f.IsNegative,
                Instances = [.. f.Instances.Where(i => i.IsPredicted).Select(i => i.With(null, null))],
            }),
            []
        );
        Assert.Equal(["a", "b"], without.Tracks.Select(t => t.Name));
        Assert.Empty(without.Save(files.New("without.slp")));
        using var file = Hdf5Reader.Open(files.New("without.slp"));
        Assert.Equal([0, 1], file.ReadNumbers<long>("events/subject_idx"));
    }

    /// <summary>A key of the metadata may stand for anything: it goes with labels as they are, and is named else.</summary>
    [Fact]
    public void UnknownKeysOfTheMetadataPassThrough()
    {
        using var files = new TestFiles();
        var bytes = File.ReadAllBytes(TestFiles.Golden("by-hand.slp"));
        var at = bytes.AsSpan().IndexOf("negative_anchors"u8);
        "negative_anchorz"u8.CopyTo(bytes.AsSpan(at));
        at += bytes.AsSpan(at).IndexOf("{}"u8);
        "[]"u8.CopyTo(bytes.AsSpan(at));
        File.WriteAllBytes(files.New("key.slp"), bytes);
        var labels = Labels.Load(files.New("key.slp"));
        Assert.Empty(labels.Save(files.New("same.slp")));
        Assert.Equal("[]", Labels.Load(files.New("same.slp")).Extras!.Metadata["negative_anchorz"]!.ToJsonString());
        var lost = labels.With(labels.Frames, [new Track("new"), .. labels.Tracks]).Save(files.New("changed.slp"));
        Assert.Contains("metadata 'negative_anchorz'", Assert.Single(lost));
        Assert.Null(Labels.Load(files.New("changed.slp")).Extras);
    }

    /// <summary>Files of older programs list identities as JSON.</summary>
    [Fact]
    public void IdentitiesOfOlderFilesAreRead()
    {
        using var files = new TestFiles();
        Rewritten(
            TestFiles.Golden("by-hand.slp"),
            files.New("older.slp"),
            copy => copy.Target.Texts("identities_json", ["""{"name": "Ada", "color": "#e6194b", "age": 3}"""])
        );
        var labels = Labels.Load(files.New("older.slp"));
        Assert.Equal(("Ada", "#e6194b"), (labels.Identities[0].Name, labels.Identities[0].Color));
        Assert.Equal("3", labels.Identities[0].Metadata["age"]);
        Assert.Empty(labels.Save(files.New("newer.slp")));
        Assert.Equal("#e6194b", Assert.Single(Labels.Load(files.New("newer.slp")).Identities).Color);
    }

    [Theory]
    [InlineData("links", 2, 0)] // an identity that is not there
    [InlineData("links", -2, 0)]
    [InlineData("links", 0, 9)] // an instance that is not there
    [InlineData("links", 0, -1)]
    [InlineData("links", 0, 1)] // an instance that has one already
    [InlineData("meta_owner", 2, 0)]
    [InlineData("meta_owner", -1, 0)]
    [InlineData("meta_val", 0, 0)] // fewer values than keys
    public void WrongIdentitiesAreRefused(string table, int identity, int instance)
    {
        using var files = new TestFiles();
        Rewritten(
            TestFiles.Golden("rich.slp"),
            files.New("wrong.slp"),
            copy =>
            {
                SlpLinkRow[] links = [new(0, 1, 0, 1), new(0, instance, identity, 1)];
                if (table == "links")
                    copy.Target.Rows<SlpLinkRow>("identity/links", links, SlpLinkRow.Fields);
                else if (table == "meta_owner")
                    copy.Target.Numbers<int>("identity/meta_owner", [identity], [1]);
                else
                    copy.Target.Texts("identity/meta_val", []);
            },
            $"identity/{table}"
        );
        var fault = Assert.Throws<PoseFormatException>(() => Labels.Load(files.New("wrong.slp")));
        Assert.StartsWith("identity/", fault.Dataset);
    }

    [Fact]
    public void OtherFormatsNameWhatTheyLose()
    {
        using var files = new TestFiles();
        var labels = Labels.Load(TestFiles.Golden("rich.slp"));
        foreach (var name in new[] { "rich.csv", "rich.json", "rich.nwb", "rich.h5", "rich.dlc.csv" })
        {
            var lost = labels.Save(files.New(name));
            Assert.Contains(lost, r => r.Contains("identities (Ada, Bob)"));
            Assert.Contains(lost, r => r.Contains("masks") && r.Contains("recording sessions"));
        }
    }

    /// <summary>References to instances, a group of frames, embeddings, and a dataset that nobody knows.</summary>
    private static void Numbered((Hdf5Reader Source, Hdf5Writer Target) copy)
    {
        copy.Target.Numbers<int>("bboxes/instance", [5], [1]);
        copy.Target.Numbers<int>("centroids/instance", [0, 8], [2]);
        copy.Target.Numbers<double>("notes", [1, 2, 3], [3]);
        copy.Target.Numbers<byte>("embeddings/owner_type", [0, 0], [2]);
        copy.Target.Numbers<long>("embeddings/owner_id", [0, 3], [2]);
        copy.Target.Numbers<float>("embeddings/vectors", [1, 2, 3, 4], [2, 2]);
        var session = (JsonObject)JsonNode.Parse(copy.Source.ReadTexts("sessions_json")[0])!;
        session["frame_group_dicts"] = new JsonArray(new JsonObject { ["frame_idx"] = 0 });
        copy.Target.Texts("sessions_json", [session.ToJsonString()]);
    }

    /// <summary>A file with other datasets: those that are added first are not copied.</summary>
    private static void Rewritten(
        string from,
        string to,
        Action<(Hdf5Reader Source, Hdf5Writer Target)> add,
        string? without = null
    )
    {
        using var source = Hdf5Reader.Open(from);
        using var target = Hdf5Writer.Create(to);
        add((source, target));
        var copy = new Hdf5Copy(source, target);
        foreach (var name in source.Members("/"))
        {
            if (source.IsDataset(name) || name == "metadata")
            {
                copy.Copy(name);
                continue;
            }

            foreach (var member in source.Members(name).Select(m => $"{name}/{m}").Where(m => m != without))
                copy.Copy(member);
        }

        target.Complete();
    }

    private static void Made(string name, TestFiles files, IReadOnlyList<Identity> identities)
    {
        var skeleton = Labels.Load(TestFiles.Golden("rich.slp")).Skeletons[0];
        var instance = new Instance
        {
            Skeleton = skeleton,
            Points = [.. skeleton.Nodes.Select(_ => new Point(1, 2))],
            Identity = identities[0],
        };
        var frame = new LabeledFrame
        {
            Video = Video.FromFile("other.mp4"),
            FrameIndex = 3,
            Instances = [instance],
        };
        new Labels([frame], identities: identities).Save(files.New(name));
    }

    /// <summary>Each instance's frame, first point and identity.</summary>
    private static IEnumerable<string> Said(IEnumerable<LabeledFrame> frames) =>
        frames
            .SelectMany(f => f.Instances.Select(i => $"{f.FrameIndex} {i.Points[0].X} {i.Identity} {i.IdentityScore}"))
            .Order();

    private static string Text(Hdf5Raw raw) =>
        $"{raw.Type.Kind} {raw.Type.Size} {string.Join('x', raw.Sizes)} {Convert.ToHexString(raw.Bytes)} "
        + $"{string.Join(' ', raw.Items.Select(Convert.ToHexString))}";
}
