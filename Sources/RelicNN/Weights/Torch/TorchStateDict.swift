/// The state dict among all that a file of `torch.save` holds.
struct TorchStateDict {
  let content: TorchContent

  private var pickle: Pickle { content.pickle }

  /// Returns the tensors of the dictionary that holds the model's, or those below `prefix`.
  func read(under prefix: String?) throws -> StateDict {
    let tree = TorchTree(content)
    guard tree.holdsTensors(pickle.root) else { throw unsupported(reasonForNone(tree)) }
    let entries: [TorchTree.Entry]
    var others: [String] = []
    if let prefix {
      guard let found = try tree.entries(under: prefix) else {
        throw unsupported("no tensor's name begins with '\(prefix)'")
      }
      entries = found
    } else {
      (entries, others) = try tree.model(below: pickle.root)
    }
    var dict = try read(entries)
    dict.alternatives = others
    return dict
  }

  private func read(_ entries: [TorchTree.Entry]) throws -> StateDict {
    var dict = StateDict()
    // A file of views of one storage could ask for more memory than it has bytes.
    var budget = 4 * content.file.count
    for entry in entries {
      let name = entry.key
      switch try content.kind(of: entry.value, called: name) {
      case .other: continue
      case .unread(let reason): dict.unread[name] = reason
      case .tensor where entry.isNumbered:
        dict.unread[name] = "it lies under a number, not under a name"
      case .tensor(let view):
        guard let type = view.type.element else {
          dict.unread[name] = "its numbers are '\(view.type.name)'"
          continue
        }
        guard view.count <= budget / type.width else {
          throw content.damaged("'\(name)' of shape \(view.shape) is larger than the file")
        }
        budget -= view.count * type.width
        if let reason = type.reasonAgainst(count: view.count) {
          dict.unread[name] = reason
          continue
        }
        do {
          dict[name] = try view.value(type, from: content.file)
        } catch let misfit as TorchView.Misfit {
          throw content.damaged("'\(name)' \(misfit.reason)")
        }
      }
    }
    if dict.names.isEmpty, let first = dict.unread.min(by: { $0.key < $1.key }) {
      throw unsupported("'\(first.key)' cannot be read: \(first.value)")
    }
    return dict
  }

  private func reasonForNone(_ tree: TorchTree) -> String {
    switch pickle[pickle.root] {
    case .object(let name, _):
      "it holds a '\(name)', which takes Python; save a model's state_dict() alone"
    case .dictionary: "it holds no tensors"
    default: "it holds no dictionary of tensors; save a model's state_dict()"
    }
  }

  private func unsupported(_ reason: String) -> WeightFileError {
    .unsupported(path: content.file.path, reason: reason)
  }
}
