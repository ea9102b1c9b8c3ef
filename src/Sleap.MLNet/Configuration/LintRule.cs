namespace Sleap.MLNet;

/// <summary>What a configuration is checked for against the labels it is to be trained on.</summary>
public enum LintRule
{
    /// <summary>Whether a node's prediction can depend on the whole animal.</summary>
    ReceptiveField,

    /// <summary>Whether animals are large enough in the network input.</summary>
    Scale,

    /// <summary>Whether the animals fit into the crops.</summary>
    CropSize,

    /// <summary>Whether sizes are multiples of the network's stride, or much of the work goes into padding.</summary>
    Stride,

    /// <summary>Whether the Gaussians of the maps go with the animals' size.</summary>
    Sigma,

    /// <summary>Nodes that no animal has.</summary>
    UnlabelledNode,

    /// <summary>Left and right nodes that mirror images would mix up.</summary>
    Symmetry,

    /// <summary>Validation frames that are in the training frames too, or nearly.</summary>
    Leakage,

    /// <summary>Memory that training takes.</summary>
    Memory,
}
