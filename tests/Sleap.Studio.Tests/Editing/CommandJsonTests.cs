using System.Reflection;
using System.Text;
using System.Text.Json.Serialization;
using FsCheck.Xunit;

namespace Sleap.Studio.Tests;

public sealed class CommandJsonTests
{
    private static readonly EditCommand[] Samples =
    [
        new Batch([new AddTrack("a"), new DeleteInstance(0, 1, 2)]),
        new AddInstance(0, 1, EditFiles.Points(1, 2.5, double.NaN, double.NaN), 1, 2, 3),
        new DeleteInstance(0, 1, 2),
        new SetPoint(0, 1, 2, 3, new PlacedPoint(1.5, -2, false, true)),
        new SetPoint(0, 1, 2, 3, null),
        new SetPoints(0, 1, 2, EditFiles.Points(0.1, 1e-7)),
        new MoveInstance(0, 1, 2, 3.5, 4),
        new RotateInstance(0, 1, 2, 90, 4, 5),
        new DuplicateInstance(0, 1, 2, 3, 4, 5),
        new FlipInstance(0, 1, 2),
        new MergeInstances(0, 1, 2, 3),
        new ConvertPrediction(0, 1, 2),
        new SetNegative(0, 1, true),
        new AcceptPredictions(0, 1, 2, 0.5),
        new DeletePredictions(0, 1, 2, 3, 0.5),
        new ReplacePredictions(
            [new PredictedFrame(0, 1, [new PredictedInstance([1, 2, null, null], [0.1f, null], 0.3f, "t", 0.5f)])],
            1
        ),
        new SetFrames(
            ["t"],
            [
                new FrameData(
                    0,
                    1,
                    false,
                    [new InstanceData(0, true, [new PointData(1, null, true, false, 0.5f)], 2, null, 0, 1, 0.5f, null)]
                ),
            ]
        ),
        new Interpolate(0, 1, 2, 3, 4),
        new SetTrack(0, 1, 2, null, new FrameRange(2, 5, 1), true),
        new AddTrack("größe \"<script>"),
        new RenameTrack(1, "b"),
        new DeleteTrack(1, true, true),
        new SwapTracks(0, 1, 2, new FrameRange(3), true),
        new MergeTracks(0, 1, 2, new FrameRange(3, 4), TrackConflict.Skip, true),
        new SplitTrack(0, 1, new FrameRange(3), "c", true),
        new RemoveTrack(0, 1, new FrameRange(2, 3, 1), true, true),
        new TickErrors([new TrackErrorKey(TrackErrorKind.Break, 0, 1, 2)], true),
        new ChangeBouts([new BoutData(0, "run", 1, 2)], [new BoutData(0, "groom", 3, 4, "a", "b", true)]),
        new AddSuggestions([new Suggestion(0, 1, 2)]),
        new RemoveSuggestions([new Suggestion(0, 1)]),
        new SetSuggestions([]),
        new AddSkeleton("s", ["a", "b"], [new NodePair(0, 1)], [new NodePair(0, 1)]),
        new AddNode(0, "c"),
        new RenameNode(0, 1, "d"),
        new RemoveNode(0, 1),
        new SetEdges(0, [new NodePair(0, 1)]),
        new SetSymmetries(0, [new NodePair(0, 1)]),
        new AddVideo("/a.mp4"),
        new AddVideo("/a/1.png", ["/a/1.png", "/a/2.png"]),
    ];

    [Fact]
    public void EveryCommandIsTheSameAfterItsJson()
    {
        foreach (var command in Samples)
        {
            var json = EditFiles.Json(command);
            var read = EditJson.Parse<EditCommand>(json);
            Assert.IsType(command.GetType(), read);
            Assert.Equal(Encoding.UTF8.GetString(json), Encoding.UTF8.GetString(EditFiles.Json(read)));
        }

        Assert.Equal(
            typeof(EditCommand).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(a => a.DerivedType).ToHashSet(),
            Samples.Select(command => command.GetType()).ToHashSet()
        );
    }

    [Fact]
    public void NoCommandIsMissingInTheList() =>
        Assert.Equal(
            typeof(EditCommand)
                .Assembly.GetTypes()
                .Where(type => type.IsSubclassOf(typeof(EditCommand)) && !type.IsAbstract)
                .ToHashSet(),
            [.. typeof(EditCommand).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(a => a.DerivedType)]
        );

    [Fact]
    public void TheNamesOfPropertiesAreThoseOfThePage() =>
        Assert.Equal(
            """{"type":"setPoint","instance":2,"node":3,"point":{"x":1.5,"y":-2,"visible":false,"complete":true},"""
                + "\"video\":0,\"frame\":1}",
            Encoding.UTF8.GetString(EditFiles.Json(Samples[3]))
        );

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"type":"runProgram","path":"/bin/sh"}""")]
    [InlineData("""{"type":"System.Diagnostics.Process"}""")]
    [InlineData("""{"type":4}""")]
    [InlineData("""{"type":"addTrack"}""")]
    [InlineData("""{"type":"addTrack","name":null}""")]
    [InlineData("""{"type":"addTrack","name":"a","more":1}""")]
    [InlineData("""{"type":"addTrack","name":"a","name":"b"}""")]
    [InlineData("""{"type":"addTrack","Name":"a"}""")]
    [InlineData("""{"type":"addTrack","name":"a"} {}""")]
    [InlineData("""{"type":"deleteInstance","video":0,"frame":1,"instance":1.5}""")]
    [InlineData("""{"type":"deleteInstance","video":0,"frame":99999999999,"instance":1}""")]
    [InlineData("""{"type":"moveInstance","video":0,"frame":1,"instance":0,"x":NaN,"y":0}""")]
    [InlineData("""{"type":"moveInstance","video":0,"frame":1,"instance":0,"x":"NaN","y":0}""")]
    [InlineData("""{"type":"mergeTracks","video":0,"track":1,"into":0,"range":{"from":0},"onConflict":7}""")]
    [InlineData("""{"type":"batch","commands":{}}""")]
    public void WhatIsNoCommandIsRefused(string json)
    {
        var fault = Assert.Throws<EditException>(() => EditJson.Parse<EditCommand>(Encoding.UTF8.GetBytes(json)));
        Assert.Equal(EditFault.Invalid, fault.Fault);
        Assert.InRange(fault.Message.Length, 1, 400);
    }

    [Theory]
    [InlineData("""{"type":"batch","commands":[null]}""")]
    [InlineData("""{"type":"batch","commands":[{"type":"batch","commands":[]}]}""")]
    [InlineData("""{"type":"moveInstance","video":1,"frame":7,"instance":0,"x":1e999,"y":0}""")]
    [InlineData("""{"type":"moveInstance","video":1,"frame":7,"instance":0,"x":1e7,"y":0}""")]
    [InlineData("""{"type":"rotateInstance","video":1,"frame":7,"instance":0,"degrees":1e300,"x":0,"y":0}""")]
    [InlineData("""{"type":"setPoint","video":1,"frame":7,"instance":0,"node":4,"point":null}""")]
    [InlineData("""{"type":"setPoint","video":1,"frame":7,"instance":0,"node":-1,"point":null}""")]
    [InlineData("""{"type":"setPoint","video":1,"frame":7,"instance":1,"node":0,"point":null}""")]
    [InlineData("""{"type":"setPoint","video":2,"frame":7,"instance":0,"node":0,"point":null}""")]
    [InlineData("""{"type":"setPoint","video":-1,"frame":7,"instance":0,"node":0,"point":null}""")]
    [InlineData("""{"type":"setPoint","video":0,"frame":0,"instance":0,"node":0,"point":null}""")]
    [InlineData("""{"type":"addInstance","video":0,"frame":-1,"points":[null,null,null,null]}""")]
    [InlineData("""{"type":"addInstance","video":0,"frame":1,"points":[null]}""")]
    [InlineData("""{"type":"addInstance","video":0,"frame":1,"points":[null,null,null,null],"skeleton":1}""")]
    [InlineData("""{"type":"addInstance","video":0,"frame":1,"points":[null,null,null,null],"track":7}""")]
    [InlineData("""{"type":"addTrack","name":""}""")]
    [InlineData("""{"type":"addTrack","name":"a\nb"}""")]
    [InlineData("""{"type":"renameTrack","track":0,"name":"a\u2028b"}""")]
    [InlineData("""{"type":"renameNode","skeleton":0,"node":0,"name":"left"}""")]
    [InlineData("""{"type":"setEdges","skeleton":0,"edges":[{"first":0,"second":0}]}""")]
    [InlineData("""{"type":"setEdges","skeleton":0,"edges":[null]}""")]
    [InlineData(
        """{"type":"setSymmetries","skeleton":0,"symmetries":[{"first":0,"second":1},{"first":1,"second":2}]}"""
    )]
    [InlineData("""{"type":"addSuggestions","frames":[null]}""")]
    [InlineData("""{"type":"addSuggestions","frames":[{"video":0,"frame":-4}]}""")]
    [InlineData("""{"type":"deletePredictions","video":0,"from":5,"to":4}""")]
    [InlineData("""{"type":"deletePredictions","video":0,"from":0,"to":4,"track":9}""")]
    [InlineData("""{"type":"swapTracks","video":0,"first":0,"second":0,"range":{"from":0}}""")]
    [InlineData("""{"type":"replacePredictions","frames":[{"video":0,"frame":1,"instances":[null]}]}""")]
    [InlineData(
        """{"type":"replacePredictions","frames":[{"video":0,"frame":1,"instances":[]},"""
            + """{"video":0,"frame":1,"instances":[]}]}"""
    )]
    [InlineData(
        """{"type":"replacePredictions","frames":[{"video":0,"frame":1,"instances":"""
            + """[{"points":[1],"pointScores":[],"score":1}]}]}"""
    )]
    [InlineData("""{"type":"setFrames","newTracks":[null],"frames":[]}""")]
    [InlineData(
        """{"type":"setFrames","newTracks":[],"frames":[{"video":0,"frame":1,"negative":false,"instances":[null]}]}"""
    )]
    [InlineData("""{"type":"removeTrack","video":0,"track":9,"range":{"from":0}}""")]
    [InlineData("""{"type":"tickErrors","errors":[{"kind":"jump","video":9,"frame":1,"track":0}],"done":true}""")]
    [InlineData("""{"type":"changeBouts","remove":[],"add":[{"video":0,"behavior":"","from":1,"to":2}]}""")]
    [InlineData("""{"type":"changeBouts","remove":[],"add":[{"video":0,"behavior":"a\nb","from":1,"to":2}]}""")]
    [InlineData("""{"type":"changeBouts","remove":[],"add":[{"video":0,"behavior":"a","from":3,"to":2}]}""")]
    [InlineData("""{"type":"changeBouts","remove":[],"add":[{"video":0,"behavior":"a","from":-1,"to":2}]}""")]
    [InlineData("""{"type":"changeBouts","remove":[],"add":[{"video":7,"behavior":"a","from":1,"to":2}]}""")]
    [InlineData("""{"type":"changeBouts","remove":[],"add":[null]}""")]
    [InlineData("""{"type":"addVideo","path":"relative.mp4"}""")]
    [InlineData("""{"type":"addVideo","path":"/videos/one.mp4"}""")]
    [InlineData("""{"type":"addVideo","path":"/a.png"}""")]
    [InlineData("""{"type":"addVideo","path":"/a.png","images":[]}""")]
    public void WhatCannotBeDoneIsRefusedAndChangesNothing(string json)
    {
        var state = new ProjectState(new ProjectOrigin(EditFiles.SmallLabels(), "/labels.slp"));
        var command = EditJson.Parse<EditCommand>(Encoding.UTF8.GetBytes(json));
        var fault = Assert.Throws<EditException>(() => EditStep.Of(command, state, 1));
        Assert.Equal(EditFault.Invalid, fault.Fault);
        Assert.InRange(fault.Message.Length, 1, 400);
    }

    /// <summary>Whatever the text is, it is a command or refused.</summary>
    [Property(MaxTest = 300)]
    public void DamagedJsonIsReadOrRefused(int sample, int[] places, byte[] letters)
    {
        var command = Samples[(sample & int.MaxValue) % Samples.Length];
        var json = EditFiles.Json(command);
        foreach (var (place, letter) in places.Zip(letters))
            json[(place & int.MaxValue) % json.Length] = letter;
        var state = new ProjectState(new ProjectOrigin(EditFiles.SmallLabels(), "/labels.slp"));
        try
        {
            EditStep.Of(EditJson.Parse<EditCommand>(json), state, 1);
        }
        catch (EditException fault)
        {
            // The labels have no bouts, so that a bout which is to be removed is not there any more: nothing is wrong
            // with such a command.
            var isOfBouts = command is ChangeBouts && fault.Fault == EditFault.Stale;
            Assert.Equal(isOfBouts ? EditFault.Stale : EditFault.Invalid, fault.Fault);
        }
    }
}
