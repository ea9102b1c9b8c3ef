using Sleap.IO;

namespace Sleap.Studio.Tests;

/// <summary>Commands that can mostly be done in a state, chosen by numbers.</summary>
internal sealed class CommandMaker(ProjectState state, int choice)
{
    private readonly Random _random = new(choice);

    public EditCommand Next()
    {
        var keys = state.Keys().ToList();
        var key = keys.Count > 0 && _random.Next(4) > 0 ? keys[_random.Next(keys.Count)] : Anywhere();
        var instances = state.Frame(key)?.Instances ?? [];
        var place = instances.Count == 0 ? 0 : _random.Next(instances.Count);
        var second = instances.Count == 0 ? 0 : _random.Next(instances.Count);
        var (video, frame) = (key.Video, key.Frame);
        var skeleton = state.Structure.Skeletons[0];
        var (from, to) = (_random.Next(8), 8 + _random.Next(8));
        var range = new FrameRange(from, _random.Next(2) == 0 ? null : to);
        var user = _random.Next(2) == 0;
        return _random.Next(36) switch
        {
            0 or 1 => new AddInstance(video, frame, Points(skeleton), 0, Track(), null),
            2 => new DeleteInstance(video, frame, place),
            3 or 4 => new SetPoint(video, frame, place, Node(skeleton), Point()),
            5 => new SetPoints(video, frame, place, Points(skeleton)),
            6 => new MoveInstance(video, frame, place, Number(), Number()),
            7 => new RotateInstance(video, frame, place, Number(), Number(), Number()),
            8 => new DuplicateInstance(video, frame, place, 3, 4, _random.Next(2) == 0 ? null : _random.Next(20)),
            9 => new FlipInstance(video, frame, place),
            10 => new MergeInstances(video, frame, place, second),
            11 or 12 => new ConvertPrediction(video, frame, place),
            13 => new SetNegative(video, frame, user),
            14 => new AcceptPredictions(video, from, to, 0.3),
            15 => new DeletePredictions(video, from, to, _random.Next(2) == 0 ? null : Track(), 0.32),
            16 => new ReplacePredictions([
                new PredictedFrame(video, frame, [Predicted(skeleton), Predicted(skeleton)]),
                new PredictedFrame(video, frame + 1, []),
            ]),
            17 => new Interpolate(video, Track() ?? 0, from, to, 5),
            18 or 19 => new SetTrack(video, frame, place, Track(), user ? new FrameRange(frame + 1) : null, user),
            20 => new AddTrack($"new {_random.Next(100)}"),
            21 => new RenameTrack(Track() ?? 0, $"name {_random.Next(100)}"),
            22 => new DeleteTrack(Track() ?? 0, user, IncludeUser: true),
            23 => new SwapTracks(video, Track() ?? 0, Track() ?? 1, range, user),
            24 => new MergeTracks(video, Track() ?? 0, Track() ?? 1, range, TrackConflict.Skip, user),
            25 => new SplitTrack(video, Track() ?? 0, range, null, user),
            26 => new AddSuggestions([new Suggestion(video, frame), new Suggestion(video, to, 2)]),
            27 => new RemoveSuggestions([new Suggestion(video, frame), new Suggestion(1, 3)]),
            28 => new AddNode(0, $"node {_random.Next(1000)}"),
            29 => new RenameNode(0, Node(skeleton), $"node {_random.Next(1000)}"),
            30 => new RemoveNode(0, Node(skeleton)),
            31 => new SetEdges(0, [new NodePair(0, Node(skeleton))]),
            32 => new RemoveTrack(video, Track() ?? 0, range, user, _random.Next(2) == 0),
            33 => new TickErrors([new TrackErrorKey(TrackErrorKind.Jump, video, frame, Track() ?? 0)], user),
            34 => new ChangeBouts(Bouts(), [new BoutData(video, "run", from, to, user ? "a" : "new")]),
            _ => new Batch([new AddTrack("batch"), new AddInstance(video, frame, Points(skeleton))]),
        };
    }

    private List<BoutData> Bouts() =>
        _random.Next(2) == 0 ? [] : [.. BoutData.Of(state.Bouts ?? [], state.Structure.Videos).Take(1)];

    private FrameKey Anywhere() => new(_random.Next(state.Structure.Videos.Length), _random.Next(20));

    private int? Track() =>
        state.Structure.Tracks is { IsEmpty: false } tracks ? tracks[_random.Next(tracks.Length)].Id : null;

    private int Node(Skeleton skeleton) => _random.Next(skeleton.Nodes.Length);

    private double Number() => Math.Round((_random.NextDouble() * 200) - 50, 3);

    private PlacedPoint? Point() =>
        _random.Next(4) == 0 ? null : new PlacedPoint(Number(), Number(), _random.Next(2) == 0, _random.Next(2) == 0);

    private PlacedPoint?[] Points(Skeleton skeleton) => [.. skeleton.Nodes.Select(_ => Point())];

    private PredictedInstance Predicted(Skeleton skeleton) =>
        new(
            [.. skeleton.Nodes.SelectMany(_ => new double?[] { Number(), Number() })],
            [.. skeleton.Nodes.Select(_ => (float?)_random.NextSingle())],
            _random.NextSingle(),
            _random.Next(2) == 0 ? null : $"track {_random.Next(3)}"
        );
}
