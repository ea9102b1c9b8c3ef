using Sleap.IO;

namespace Sleap.Studio;

/// <summary>
/// Makes commands of the predictions of a run: frame by frame they take the place of earlier predictions, and what a
/// person labeled stays as it is.
/// </summary>
internal sealed class PredictionMerge
{
    // A command with so many points is some 50 MB in the journal; of more, several are made, undone one by one.
    private const int MaxPoints = 1_000_000;

    private readonly ProjectState _state;
    private readonly PredictRequest _request;
    private readonly Dictionary<object, int> _videos = [];
    private readonly HashSet<string> _taken;
    private readonly Dictionary<Track, string> _names = new(ReferenceEqualityComparer.Instance);

    private PredictionMerge(ProjectState state, PredictRequest request)
    {
        (_state, _request) = (state, request);
        foreach (var (number, video) in state.Structure.Videos.Index())
            _videos.TryAdd(LabelsConcatenation.PlaceOf(video), number);
        _taken = state.Structure.Tracks.Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The commands.</summary>
    /// <param name="state">The project now.</param>
    /// <param name="predicted">What the run has found.</param>
    /// <param name="request">What was asked for.</param>
    /// <exception cref="EditException">Nothing of it fits the project.</exception>
    public static IReadOnlyList<EditCommand> Of(ProjectState state, Labels predicted, PredictRequest request)
    {
        var merge = new PredictionMerge(state, request);
        var frames = predicted
            .FramesInOrder.Select(frame => (Key: merge.KeyOf(frame), Frame: frame))
            .Where(entry => entry.Key is { } key && merge.IsWanted(key))
            .Select(entry => (entry.Key!.Value, entry.Frame))
            .ToList();
        if (frames.Count == 0)
            throw EditException.Invalid("None of the predicted frames is one to get predictions.");
        var model = predicted.Skeletons.Count > 0 ? predicted.Skeletons[0] : null;
        return state.Structure.Skeletons.Length == 0 && model is not null
            ? merge.CommandsFor(
                model,
                frames,
                new AddSkeleton(
                    model.Name,
                    model.Nodes,
                    [.. model.Edges.Select(edge => new NodePair(edge.Source, edge.Destination))],
                    [.. model.Symmetries.Select(pair => new NodePair(pair.First, pair.Second))]
                )
            )
            : merge.CommandsFor(state.Structure.Skeletons[0], frames, null);
    }

    /// <summary>What commands change one after the other, in numbers.</summary>
    public static EditCounts Count(ProjectState state, IEnumerable<EditCommand> commands)
    {
        EditCounts? counts = null;
        foreach (var command in commands)
        {
            var step = EditStep.Of(command, state, 0);
            counts = counts is null ? EditCounts.Of(step) : counts.Plus(EditCounts.Of(step));
            state = step.After;
        }

        return counts!;
    }

    private List<EditCommand> CommandsFor(
        Skeleton skeleton,
        List<(FrameKey Key, LabeledFrame Frame)> frames,
        EditCommand? first
    )
    {
        List<EditCommand> commands = [];
        List<(FrameKey, LabeledFrame)> part = [];
        var points = 0;
        foreach (var (key, frame) in frames)
        {
            part.Add((key, frame.With([.. frame.Instances.Select(one => Fitted(one, skeleton))], frame.IsNegative)));
            points += frame.Instances.Count * skeleton.Nodes.Length;
            if (points >= MaxPoints)
                Close();
        }

        Close();
        return commands;

        void Close()
        {
            if (part.Count == 0)
                return;
            var command = ReplacePredictions.Of(part, NameOf);
            commands.Add(first is null ? command : new Batch([first, command]));
            (part, points, first) = ([], 0, null);
        }
    }

    private FrameKey? KeyOf(LabeledFrame frame) =>
        _videos.TryGetValue(LabelsConcatenation.PlaceOf(frame.Video), out var video)
            ? new FrameKey(video, frame.FrameIndex)
            : null;

    private bool IsWanted(FrameKey key) =>
        _state.Frame(key) is not { } frame
        || (!frame.IsNegative && (_request.IncludeLabeled || frame.Instances.All(instance => instance.IsPredicted)));

    /// <summary>An instance with the nodes of the project's skeleton, by their names.</summary>
    private static Instance Fitted(Instance instance, Skeleton skeleton)
    {
        if (instance.Skeleton.Nodes.SequenceEqual(skeleton.Nodes))
            return instance;
        int[] places = [.. skeleton.Nodes.Select(node => instance.Skeleton.Nodes.IndexOf(node))];
        return places.All(place => place < 0)
            ? throw EditException.Invalid("The model has other nodes than the project, not one of the same name.")
            : instance.With(skeleton, [.. places.Select(place => place < 0 ? Point.Missing : instance.Points[place])]);
    }

    // A tracker numbers its tracks from 0 in each run. Where all of a video is predicted anew they take the place of
    // the earlier ones; else an equal name would join what nobody has compared.
    private string NameOf(Track track)
    {
        if (!_request.Tracking || _request.Scope == PredictionScope.Video)
            return track.Name;
        if (!_names.TryGetValue(track, out var name))
        {
            name = Enumerable.Range(0, int.MaxValue).Select(n => $"track_{n}").First(_taken.Add);
            _names.Add(track, name);
        }

        return name;
    }
}
