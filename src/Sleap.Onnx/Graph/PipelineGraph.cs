using static Onnx.TensorProto.Types;

namespace Sleap.MLNet;

/// <summary>Builds the graph of a whole model, from frames as bytes to points in pixels of the frames.</summary>
internal sealed class PipelineGraph
{
    // As in PartAffinity.
    private const float MachineEpsilon = 1.1920929e-7f;
    private const double NoScore = -2;
    private const string Batch = "batch";
    private readonly OnnxGraph _graph = new();
    private readonly PoseModelTransformer _model;
    private readonly OnnxExportOptions _options;
    private readonly int _channels,
        _nodes;
    private readonly OnnxValue _images;

    private PipelineGraph(PoseModelTransformer model, OnnxExportOptions options)
    {
        (_model, _options, _nodes) = (model, options, model.Skeleton.Nodes.Length);
        _channels = ChannelsOf(model);
        _images = _graph.Input("image", DataType.Uint8, Batch, _channels, "height", "width").As(DataType.Int32);
    }

    /// <summary>Returns the graph of a model.</summary>
    /// <exception cref="NotSupportedException">There is no graph for such a model.</exception>
    public static OnnxGraph Of(PoseModelTransformer model, OnnxExportOptions options)
    {
        var pipeline = new PipelineGraph(model, options);
        pipeline.Add();
        return pipeline._graph;
    }

    /// <summary>Channels of the images that the graph gets: those of the network that needs the most.</summary>
    public static int ChannelsOf(PoseModelTransformer model) =>
        model.Networks.Max(network => network.Options.Backbone.InChannels);

    /// <summary>Instances of a frame that a model with centroids gives in a graph.</summary>
    public static int InstancesOf(PoseModelTransformer model, OnnxExportOptions options) =>
        options.MaxInstances
        ?? ((CentroidOptions)model.Networks[0].Options).MaxInstances
        ?? OnnxExportOptions.DefaultMaxInstances;

    private void Add()
    {
        var first = _model.Networks[0];
        if (_model.Networks.Count == 2)
        {
            AddTopDown();
            return;
        }

        if (first.Options is CentroidOptions)
        {
            AddCentroids(Centroids());
            return;
        }

        var outputs = OutputsOf(first);
        switch (first.Network.Heads)
        {
            case [ConfidenceMapHeadOptions { Kind: ConfidenceMapKind.SingleInstance }]:
                var (points, values) = new PeakGraph(outputs[0], _nodes, first.Options).Highest();
                _graph.Output("peaks", ToFrame(points, first), Batch, _nodes, 2);
                _graph.Output("peak_vals", values, Batch, _nodes);
                break;
            case [_, PartAffinityHeadOptions fields]:
                AddLines(outputs[1], fields.OutputStride, AddPeaks(outputs[0], first));
                break;
            case [_, ClassMapHeadOptions classes]:
                AddClasses(outputs[1], classes, AddPeaks(outputs[0], first));
                break;
            default:
                throw new NotSupportedException(
                    $"A {first.Options.Title} model alone cannot be exported: it needs crops. Join it with a centroid "
                        + "model by pose.TopDown(centroid, centeredInstance)."
                );
        }
    }

    private IReadOnlyList<OnnxValue> OutputsOf(PoseModel model)
    {
        var asBytes = model.Options.ChannelConversion != ChannelConversion.Last;
        return new NetworkGraph(_graph, model.Network).Outputs(
            ImageGraph.Input(_images, _channels, model.Options, asBytes)
        );
    }

    // From pixels of the network's input.
    private static OnnxValue ToFrame(OnnxValue points, PoseModel model) =>
        model.Options.Scale == 1 ? points : points / model.Options.Scale;

    // Centers (B, I, 2) in pixels of the frame, values (B, I), and whether there is one (B, I).
    private (OnnxValue Points, OnnxValue Values, OnnxValue IsValid) Centroids()
    {
        var model = _model.Networks[0];
        var maps = OutputsOf(model)[0];
        var (points, values, mask) = new PeakGraph(maps, 1, model.Options).Local(InstancesOf(_model, _options));
        return (ToFrame(points.Squeeze(1), model), values.Squeeze(1), mask.Squeeze(1));
    }

    private void AddCentroids((OnnxValue Points, OnnxValue Values, OnnxValue IsValid) found)
    {
        var count = InstancesOf(_model, _options);
        _graph.Output("centroids", found.Points, Batch, count, 2);
        _graph.Output("centroid_vals", found.Values, Batch, count);
        _graph.Output("instance_valid", found.IsValid, Batch, count);
    }

    // Only as many crops as there are centers go through the second network.
    private void AddTopDown()
    {
        var (model, count, centers) = (_model.Networks[1], InstancesOf(_model, _options), Centroids());
        var options = (CenteredInstanceOptions)model.Options;
        AddCentroids(centers);
        var isValid = centers.IsValid.Reshape(-1); // (B·I)
        var found = isValid.As(DataType.Int64).Sum(0).Max(1).Unsqueeze(0); // at least one, since batches are not empty
        var slot = isValid.As(DataType.Float).Top(found).Numbers; // (K)
        var (crops, origins) = ImageGraph.Cut(
            _images,
            slot / count,
            centers.Points.Reshape(-1, 2).Gather(slot),
            _channels,
            options.CropSize!.Value,
            options.CropAlignment
        );
        var asBytes = options.ChannelConversion == ChannelConversion.First;
        var outputs = new NetworkGraph(_graph, model.Network, "crops.").Outputs(
            ImageGraph.Input(crops, _channels, options, asBytes)
        );
        var (points, values) = new PeakGraph(outputs[0], _nodes, options).Highest();
        points = ToFrame(points, model) + origins.Unsqueeze(1); // (K, N, 2)
        _graph.Output("peaks", InSlots(points, _nodes, 2), Batch, count, _nodes, 2);
        _graph.Output("peak_vals", InSlots(values, _nodes), Batch, count, _nodes);
        var classes = _model.Classes.Count;
        if (outputs.Count > 1)
            _graph.Output("class_logits", InSlots(outputs[1], classes), Batch, count, classes);

        // (K, …) -> (B, I, …), 0 where there is no center.
        OnnxValue InSlots(OnnxValue each, params int[] sizes)
        {
            object[] all = [isValid.Size(0), .. sizes.Cast<object>()];
            long[] axes = [.. sizes.Select((_, axis) => axis + 1L)];
            var zeros = _graph.Scalar(0, DataType.Float).Expand(all);
            var rows = _graph.Call("ScatterND", DataType.Float, [zeros, slot.Unsqueeze(1), each]);
            return rows.Where(isValid.Unsqueeze(axes), 0).Reshape([-1, count, .. sizes.Cast<object>()]);
        }
    }

    // Points (B, N, K, 2) in pixels of the network's input, and which of them are peaks (B, N, K).
    private (OnnxValue Points, OnnxValue Mask) AddPeaks(OnnxValue maps, PoseModel model)
    {
        var count = _options.MaxPeaksPerNode;
        var (points, values, mask) = new PeakGraph(maps, _nodes, model.Options).Local(count);
        _graph.Output("peaks", ToFrame(points, model), Batch, _nodes, count, 2);
        _graph.Output("peak_vals", values, Batch, _nodes, count);
        _graph.Output("peak_mask", mask, Batch, _nodes, count);
        return (points, mask);
    }

    // The scores of all pairs of peaks, as in PartAffinity.
    private void AddLines(OnnxValue fields, int stride, (OnnxValue Points, OnnxValue Mask) peaks)
    {
        var settings = ((BottomUpOptions)_model.Networks[0].Options).PartAffinity;
        var (edges, count) = (_model.Skeleton.Edges, _options.MaxPeaksPerNode);
        OnnxValue sources = _graph.Vector([.. edges.Select(edge => (long)edge.Source)]),
            destinations = _graph.Vector([.. edges.Select(edge => (long)edge.Destination)]);
        var from = peaks.Points.Gather(sources, 1).Unsqueeze(3); // (B, E, K, 1, 2)
        var along = peaks.Points.Gather(destinations, 1).Unsqueeze(2) - from; // (B, E, K, K, 2)
        var length = (along * along).Sum(4).Do("Sqrt"); // (B, E, K, K)
        float[] fractions =
        [
            .. Enumerable.Range(0, settings.LinePoints).Select(i => i * (1f / Math.Max(settings.LinePoints - 1, 1))),
        ];
        var steps = _graph.Constant(fractions, settings.LinePoints, 1);
        var places = (along / (1 + MachineEpsilon)).Unsqueeze(4) * steps + from.Unsqueeze(4); // (B, E, K, K, points, 2)
        places = (places / stride).Round();
        OnnxValue height = fields.Size(2),
            width = fields.Size(3),
            x = ImageGraph.Inside(places.At(0, 5).As(DataType.Int64), width),
            y = ImageGraph.Inside(places.At(1, 5).As(DataType.Int64), height); // (B, E, K, K, points)
        var plane =
            fields.Size(0).Range().Reshape(-1, 1, 1, 1, 1) * (2 * edges.Length)
            + _graph.Constant([.. edges.Select((_, edge) => 2L * edge)], edges.Length, 1, 1, 1);
        OnnxValue cell = (plane * height + y) * width + x,
            flat = fields.Reshape(-1),
            unit = (along / length.Unsqueeze(4)).Unsqueeze(4); // (B, E, K, K, 1, 2)
        var agreement = flat.Gather(cell) * unit.At(0, 5) + flat.Gather(cell + height * width) * unit.At(1, 5);
        var longest =
            height.Max(width).Max(2 * edges.Length).As(DataType.Double)
            * ((double)settings.MaxEdgeLengthRatio * stride);
        var penalty =
            (length.Do("Reciprocal") * longest.As(DataType.Float) - 1).Min(0) * settings.DistancePenaltyWeight;
        // (B, E, K, K)
        var isPair =
            peaks.Mask.Gather(sources, 1).Unsqueeze(3) & peaks.Mask.Gather(destinations, 1).Unsqueeze(2) & (length > 0);
        var scores = (agreement.Mean(4) + penalty).Where(isPair, NoScore);
        object[] shape = [Batch, edges.Length, count * count];
        _graph.Output("line_scores", scores.Reshape(-1, edges.Length, count * count), shape);
        _graph.Output("candidate_mask", isPair.Reshape(-1, edges.Length, count * count), shape);
    }

    // The probability of each class at each peak, as in ClassMap.
    private void AddClasses(OnnxValue maps, ClassMapHeadOptions head, (OnnxValue Points, OnnxValue Mask) peaks)
    {
        var cells = (peaks.Points / head.OutputStride).Round().As(DataType.Int64); // (B, N, K, 2)
        OnnxValue height = maps.Size(2),
            width = maps.Size(3),
            x = ImageGraph.Inside(cells.At(0, 3), width).Unsqueeze(3),
            y = ImageGraph.Inside(cells.At(1, 3), height).Unsqueeze(3); // (B, N, K, 1)
        var plane =
            maps.Size(0).Range().Reshape(-1, 1, 1, 1) * head.Classes
            + _graph.Vector([.. Enumerable.Range(0, head.Classes).Select(number => (long)number)]);
        var probabilities = maps.Reshape(-1).Gather((plane * height + y) * width + x); // (B, N, K, C)
        probabilities = probabilities.Where(peaks.Mask.Unsqueeze(3), 0);
        _graph.Output("class_probs", probabilities, Batch, _nodes, _options.MaxPeaksPerNode, head.Classes);
    }
}
